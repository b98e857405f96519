CREATE SCHEMA IF NOT EXISTS ledger;

-- The embedded credex core. Amounts are whole minor units in bigint, so NaN and fractions cannot be stored, overflow is an
-- error of the statement, and negatives are refused where they have no meaning. Names, handles and numbers of people stand
-- nowhere in clear (I10): they are sealed under their owner's key and found by keyed hash.

CREATE DOMAIN ledger.denomination AS text CHECK (VALUE IN ('USD', 'ZWG', 'CXX', 'CAD', 'XAU'));
-- 12 digits before the point and at most 4 after it; sums are bounded a hundredfold above, far below bigint's end.
CREATE DOMAIN ledger.amount AS bigint CHECK (VALUE BETWEEN 0 AND 9999999999999999);
CREATE DOMAIN ledger.total AS bigint CHECK (VALUE BETWEEN 0 AND 999999999999999999);
CREATE DOMAIN ledger.keyed_hash AS bytea CHECK (length(VALUE) = 32);

CREATE FUNCTION ledger.refuse_change() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN RAISE EXCEPTION 'ledger.% is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege'; END $$;

-- Data keys, wrapped by the key ring: the blind indexes' key, the key of stored answers.
CREATE TABLE ledger.wrapped_key (
  name text PRIMARY KEY,
  wrapped bytea NOT NULL,
  made_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE ledger.audit_entry (
  entry_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  event text NOT NULL,
  at timestamptz NOT NULL,
  subject text NOT NULL,
  actor text NOT NULL,
  reason text,
  salt bytea,
  commitment bytea,
  CHECK ((salt IS NULL) = (commitment IS NULL))
);
CREATE TRIGGER audit_entry_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.audit_entry
  FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();

-- The ledger's own days: exactly one is open. Offers, limits, defaults and expiry count in these, not in wall-clock time.
CREATE TABLE ledger.day (
  day date PRIMARY KEY,
  opened_at timestamptz NOT NULL,
  closed_at timestamptz,
  CHECK (closed_at >= opened_at)
);
CREATE UNIQUE INDEX day_open ON ledger.day ((true)) WHERE closed_at IS NULL;

-- CXX for one unit of a denomination on a day. PostgreSQL orders NaN and infinity above every number, so the upper bound
-- refuses both. `as_of` is the day the quote is from when none was to be had for this one.
CREATE TABLE ledger.rate (
  day date NOT NULL REFERENCES ledger.day,
  denomination ledger.denomination NOT NULL,
  cxx_per_unit numeric(36, 18) NOT NULL CHECK (cxx_per_unit > 0 AND cxx_per_unit < 1000000000000),
  as_of date NOT NULL,
  CHECK (as_of <= day),
  CHECK (denomination <> 'CXX' OR cxx_per_unit = 1),
  PRIMARY KEY (day, denomination)
);

-- People, and the house that owns the foundation. Erasing a person empties profile and key: what was sealed is gone.
CREATE TABLE ledger.member (
  member_id uuid PRIMARY KEY,
  kind text NOT NULL DEFAULT 'person' CHECK (kind IN ('person', 'house')),
  phone_index ledger.keyed_hash UNIQUE,
  handle_index ledger.keyed_hash UNIQUE,
  profile bytea,
  member_key bytea,
  tier smallint NOT NULL DEFAULT 1 CHECK (tier BETWEEN 1 AND 5),
  -- A paid tier falls back when this day has passed.
  tier_until date,
  default_denomination ledger.denomination NOT NULL,
  -- Tokens issued before this moment are no longer taken.
  tokens_valid_from timestamptz NOT NULL DEFAULT '-infinity',
  frozen_at timestamptz,
  erased_at timestamptz,
  made_at timestamptz NOT NULL,
  CHECK ((profile IS NULL) = (member_key IS NULL)),
  CHECK ((profile IS NULL) = (erased_at IS NOT NULL)),
  CHECK (kind = 'house' OR erased_at IS NOT NULL OR phone_index IS NOT NULL)
);

CREATE TABLE ledger.account (
  account_id uuid PRIMARY KEY,
  owner_id uuid NOT NULL REFERENCES ledger.member,
  type text NOT NULL CHECK (type IN ('PERSONAL', 'TRUST', 'OPERATIONS', 'CREDEX_FOUNDATION')),
  handle_index ledger.keyed_hash UNIQUE,
  -- Name and handle, sealed under the owner's key; null once the owner is erased.
  profile bytea,
  default_denomination ledger.denomination NOT NULL,
  -- Who hears of offers.
  send_offers_to uuid NOT NULL REFERENCES ledger.member,
  -- Credex foundation audited: issues secured credexes without a ceiling and is their securer.
  audited boolean NOT NULL DEFAULT false,
  subtype text CHECK (subtype IN ('BANK', 'VAULT')),
  denomination ledger.denomination,
  bank_fields bytea,
  offering_cxx_minor ledger.amount CHECK (offering_cxx_minor > 0),
  offering_denomination ledger.denomination,
  frozen_at timestamptz,
  made_at timestamptz NOT NULL,
  CHECK ((type = 'TRUST') = (denomination IS NOT NULL) AND (type = 'TRUST') = (subtype IS NOT NULL)),
  CHECK (bank_fields IS NULL OR type = 'TRUST'),
  CHECK ((offering_cxx_minor IS NULL) = (offering_denomination IS NULL))
);
CREATE UNIQUE INDEX account_foundation ON ledger.account (type) WHERE type = 'CREDEX_FOUNDATION';
CREATE INDEX account_owner ON ledger.account (owner_id);

CREATE TABLE ledger.account_authorization (
  account_id uuid NOT NULL REFERENCES ledger.account,
  member_id uuid NOT NULL REFERENCES ledger.member,
  made_at timestamptz NOT NULL,
  PRIMARY KEY (member_id, account_id)
);
CREATE INDEX account_authorization_account ON ledger.account_authorization (account_id);

-- A promise from issuer to receiver. Secured ones name the one account that stands behind them, unsecured ones a due date.
-- The state and the amounts cannot disagree: outstanding + redeemed = initial while it is alive, and nothing else after.
CREATE TABLE ledger.credex (
  credex_id uuid PRIMARY KEY,
  issuer_id uuid NOT NULL REFERENCES ledger.account,
  receiver_id uuid NOT NULL REFERENCES ledger.account,
  kind text NOT NULL CHECK (kind IN ('PURCHASE', 'GIFT', 'DCO_GIVE', 'DCO_RECEIVE')),
  denomination ledger.denomination NOT NULL,
  initial_minor ledger.amount NOT NULL CHECK (initial_minor > 0),
  outstanding_minor ledger.amount NOT NULL,
  redeemed_minor ledger.amount NOT NULL DEFAULT 0,
  defaulted_minor ledger.amount NOT NULL DEFAULT 0,
  securer_id uuid REFERENCES ledger.account,
  due_date date,
  state text NOT NULL DEFAULT 'offered' CHECK (state IN ('offered', 'owed', 'cleared', 'declined', 'cancelled', 'expired')),
  -- Set for a credex that a recurring template made.
  recurring_id uuid,
  made_by uuid NOT NULL REFERENCES ledger.member,
  ended_by uuid REFERENCES ledger.member,
  made_day date NOT NULL REFERENCES ledger.day,
  made_at timestamptz NOT NULL,
  accepted_at timestamptz,
  -- Declined, cancelled, expired or cleared.
  ended_at timestamptz,
  defaulted_day date REFERENCES ledger.day,
  CHECK (issuer_id <> receiver_id),
  CHECK ((securer_id IS NULL) <> (due_date IS NULL)),
  CHECK (CASE state
    WHEN 'offered' THEN outstanding_minor = initial_minor AND redeemed_minor = 0
    WHEN 'owed' THEN outstanding_minor > 0 AND outstanding_minor + redeemed_minor = initial_minor
    WHEN 'cleared' THEN outstanding_minor = 0 AND redeemed_minor = initial_minor
    ELSE outstanding_minor = 0 AND redeemed_minor = 0 END),
  CHECK ((accepted_at IS NOT NULL) = (state IN ('owed', 'cleared'))),
  CHECK ((ended_at IS NOT NULL) = (state NOT IN ('offered', 'owed'))),
  CHECK (defaulted_minor <= initial_minor AND (defaulted_minor = 0) = (defaulted_day IS NULL)),
  CHECK (defaulted_day IS NULL OR due_date IS NOT NULL)
) WITH (fillfactor = 80);
CREATE INDEX credex_offered_in ON ledger.credex (receiver_id, made_at DESC) WHERE state = 'offered';
CREATE INDEX credex_offered_out ON ledger.credex (issuer_id, made_at DESC) WHERE state = 'offered';
CREATE INDEX credex_used_today ON ledger.credex (issuer_id, made_day) WHERE state IN ('offered', 'owed');
CREATE INDEX credex_owed_out ON ledger.credex (issuer_id, receiver_id) WHERE state = 'owed';
CREATE INDEX credex_owed_in ON ledger.credex (receiver_id) WHERE state = 'owed';
CREATE INDEX credex_due ON ledger.credex (due_date) WHERE state = 'owed' AND defaulted_day IS NULL AND due_date IS NOT NULL;
CREATE INDEX credex_pages_in ON ledger.credex (receiver_id, made_at DESC, credex_id);
CREATE INDEX credex_pages_out ON ledger.credex (issuer_id, made_at DESC, credex_id);

-- One closed chain of debts that shrank by its smallest, in the order taken: a replay of that order gives the same rows.
CREATE TABLE ledger.loop (
  loop_id uuid PRIMARY KEY,
  taken bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
  partition text NOT NULL,
  day date NOT NULL REFERENCES ledger.day,
  closed_at timestamptz NOT NULL
);

-- The journal. A row moves one amount from one account to another, so every denomination sums to zero by construction.
-- accept: receiver's claim and issuer's debt grow. clear: both shrink. rebase_up, rebase_down: a CXX claim restated at the
-- day's rate. round: what integer division left in a loop of several denominations.
CREATE TABLE ledger.posting (
  posting_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kind text NOT NULL CHECK (kind IN ('accept', 'clear', 'rebase_up', 'rebase_down', 'round')),
  credex_id uuid NOT NULL REFERENCES ledger.credex,
  debit_account uuid NOT NULL REFERENCES ledger.account,
  credit_account uuid NOT NULL REFERENCES ledger.account,
  denomination ledger.denomination NOT NULL,
  securer_id uuid REFERENCES ledger.account,
  amount_minor ledger.amount NOT NULL CHECK (amount_minor > 0),
  loop_id uuid REFERENCES ledger.loop,
  day date NOT NULL REFERENCES ledger.day,
  posted_at timestamptz NOT NULL,
  CHECK (debit_account <> credit_account),
  CHECK (kind NOT IN ('clear', 'round') OR loop_id IS NOT NULL)
);
CREATE UNIQUE INDEX posting_accepted_once ON ledger.posting (credex_id) WHERE kind = 'accept';
CREATE INDEX posting_credex ON ledger.posting (credex_id, posting_id);
CREATE TRIGGER posting_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.posting
  FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();

-- Each posting as its two lines, debit positive: what an accountant reads and `ledger check` adds up.
CREATE VIEW ledger.posting_line AS
  SELECT p.posting_id, p.kind, p.credex_id, p.denomination, p.securer_id, p.day, p.posted_at, line.account_id, line.side, line.amount_minor
  FROM ledger.posting p
  CROSS JOIN LATERAL (VALUES
    (p.debit_account, CASE WHEN p.kind IN ('accept', 'rebase_up') THEN 'receivable' ELSE 'payable' END, p.amount_minor::bigint),
    (p.credit_account, CASE WHEN p.kind IN ('accept', 'rebase_up') THEN 'payable' ELSE 'receivable' END, -p.amount_minor::bigint)
  ) AS line (account_id, side, amount_minor);

-- What the postings and pending offers of an account add up to, kept with them. One row per account, denomination and
-- securer (null: unsecured). The floor of a secured claim is held here: no read-then-write can pass it.
CREATE TABLE ledger.balance (
  account_id uuid NOT NULL REFERENCES ledger.account,
  denomination ledger.denomination NOT NULL,
  securer_id uuid REFERENCES ledger.account,
  receivable_minor ledger.total NOT NULL DEFAULT 0,
  payable_minor ledger.total NOT NULL DEFAULT 0,
  -- Reserved by offers that wait for an answer.
  offered_minor ledger.total NOT NULL DEFAULT 0,
  CONSTRAINT balance_key UNIQUE NULLS NOT DISTINCT (account_id, denomination, securer_id),
  CONSTRAINT balance_floor CHECK (securer_id IS NULL OR account_id = securer_id OR receivable_minor - payable_minor - offered_minor >= 0)
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);

-- Accepted and not yet looked at by the clearing of its partition.
CREATE TABLE ledger.to_clear (
  credex_id uuid PRIMARY KEY REFERENCES ledger.credex,
  partition text NOT NULL,
  turn bigint GENERATED ALWAYS AS IDENTITY,
  accepted_at timestamptz NOT NULL
);
CREATE INDEX to_clear_next ON ledger.to_clear (partition, accepted_at, turn);

CREATE TABLE ledger.recurring (
  recurring_id uuid PRIMARY KEY,
  template text NOT NULL CHECK (template IN ('REGULAR', 'DCO_GIVE', 'MEMBERTIER_SUBSCRIPTION')),
  source_id uuid NOT NULL REFERENCES ledger.account,
  target_id uuid NOT NULL REFERENCES ledger.account,
  denomination ledger.denomination NOT NULL,
  amount_minor ledger.amount NOT NULL CHECK (amount_minor > 0),
  secured boolean NOT NULL,
  member_tier smallint CHECK (member_tier BETWEEN 1 AND 5),
  every_days integer NOT NULL CHECK (every_days BETWEEN 1 AND 366),
  due_in_days integer CHECK (due_in_days BETWEEN 7 AND 34),
  next_day date,
  remaining integer CHECK (remaining >= 0),
  executions integer NOT NULL DEFAULT 0 CHECK (executions >= 0),
  state text NOT NULL DEFAULT 'PENDING' CHECK (state IN ('PENDING', 'ACTIVE', 'COMPLETED', 'CANCELLED')),
  made_by uuid NOT NULL REFERENCES ledger.member,
  made_at timestamptz NOT NULL,
  ended_at timestamptz,
  CHECK (source_id <> target_id),
  CHECK (secured = (due_in_days IS NULL)),
  CHECK ((ended_at IS NOT NULL) = (state IN ('COMPLETED', 'CANCELLED')))
);
CREATE INDEX recurring_due ON ledger.recurring (next_day) WHERE state = 'ACTIVE';
ALTER TABLE ledger.credex ADD FOREIGN KEY (recurring_id) REFERENCES ledger.recurring;

-- One answer for one wish: kept in the transaction that did it, replayed to every repeat. Keys, requests and answers only
-- hashed or sealed, for they may hold names.
CREATE TABLE ledger.idempotency_key (
  actor text NOT NULL,
  key_hash ledger.keyed_hash NOT NULL,
  request_hash ledger.keyed_hash NOT NULL,
  -- What the operation made.
  subject uuid,
  status smallint,
  answer bytea,
  made_at timestamptz NOT NULL,
  PRIMARY KEY (actor, key_hash)
);
CREATE INDEX idempotency_key_age ON ledger.idempotency_key (made_at);

-- What a member is to hear of. A job moves each once, by its id, into the receiver's lane.
CREATE TABLE ledger.notice (
  notice_id uuid PRIMARY KEY,
  kind text NOT NULL CHECK (kind IN ('offered', 'accepted', 'declined', 'cancelled', 'expired', 'cleared', 'defaulted')),
  credex_id uuid NOT NULL REFERENCES ledger.credex,
  account_id uuid NOT NULL REFERENCES ledger.account,
  member_id uuid NOT NULL REFERENCES ledger.member,
  made_at timestamptz NOT NULL,
  moved_at timestamptz
);
CREATE INDEX notice_waiting ON ledger.notice (made_at, notice_id) WHERE moved_at IS NULL;

-- Sessions ended before their time; a row may go once the session's absolute end has passed.
CREATE TABLE ledger.revoked_session (
  session_id uuid PRIMARY KEY,
  member_id uuid NOT NULL REFERENCES ledger.member,
  revoked_at timestamptz NOT NULL,
  ends_at timestamptz NOT NULL
);
