-- Inbox, lanes, outbox, identities. Everything that must never vanish, in one schema, so that a turn is one transaction.
CREATE SCHEMA IF NOT EXISTS bot;

-- Data keys, wrapped by the key ring (I10): blind indexes, wamid hashes, one a day for bodies.
CREATE TABLE bot.wrapped_key (
  name text PRIMARY KEY,
  wrapped bytea NOT NULL,
  made_at timestamptz NOT NULL DEFAULT now()
);

-- A person. Numbers and BSUIDs only as keyed hashes and, sealed under the person's own key, in `profile`.
CREATE TABLE bot.identity (
  identity_id uuid PRIMARY KEY,
  bsuid_hash bytea UNIQUE CHECK (length(bsuid_hash) = 32),
  phone_hash bytea UNIQUE CHECK (length(phone_hash) = 32),
  -- contested: holds a number that core knows another person by; may not log in, register or pay until relinked.
  standing text NOT NULL DEFAULT 'open' CHECK (standing IN ('open', 'contested', 'frozen', 'closed')),
  money_stopped boolean NOT NULL DEFAULT false,
  profile bytea,
  profile_key bytea,
  language text NOT NULL DEFAULT 'en' CHECK (language ~ '^[a-z]{2}$'),
  number_asked_at timestamptz,
  -- Learned at log-in: which quota a message counts against before anything else is known.
  is_member boolean NOT NULL DEFAULT false,
  merged_into uuid REFERENCES bot.identity,
  made_at timestamptz NOT NULL DEFAULT now(),
  CHECK ((profile IS NULL) = (profile_key IS NULL))
);

-- One lane per identity: the lock under which ids are given, the counter, the lease, the reference of the session.
CREATE TABLE bot.lane (
  identity_id uuid PRIMARY KEY REFERENCES bot.identity,
  pending integer NOT NULL DEFAULT 0 CHECK (pending >= 0),
  ready_at timestamptz,
  lease_until timestamptz,
  fence bigint NOT NULL DEFAULT 0,
  tries integer NOT NULL DEFAULT 0 CHECK (tries >= 0),
  session_ref text,
  CHECK ((pending = 0) = (ready_at IS NULL))
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);
CREATE INDEX lane_ready ON bot.lane (ready_at) WHERE pending > 0;

CREATE SEQUENCE bot.input_id AS bigint CACHE 1;

-- Inputs of lanes: messages, notices, timers. Partitioned by the UTC day of a message's own timestamp, which every retry
-- of Meta repeats, so that uniqueness within the day is uniqueness for as long as the day is kept.
CREATE TABLE bot.input (
  day date NOT NULL,
  input_id bigint NOT NULL DEFAULT nextval('bot.input_id'),
  identity_id uuid NOT NULL,
  kind text NOT NULL CHECK (kind IN ('message', 'notice', 'timer')),
  dedupe bytea NOT NULL CHECK (length(dedupe) = 32),
  order_at timestamptz NOT NULL,
  ready_at timestamptz NOT NULL,
  kept_at timestamptz NOT NULL DEFAULT now(),
  -- Whether this message proves who speaks well enough to move money (the table of identities).
  may_move_money boolean NOT NULL,
  route text NOT NULL CHECK (route IN ('graph', 'simulator')),
  state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'done', 'buried')),
  body bytea,
  ended_at timestamptz,
  -- bytea that fills as a person's input waits, and is emptied when it is done; a buried body is kept for its operator.
  CHECK (state <> 'done' OR body IS NULL),
  UNIQUE (day, dedupe)
) PARTITION BY RANGE (day);
CREATE INDEX input_waiting ON bot.input (identity_id, order_at, input_id) WHERE state = 'waiting';

-- Signed bodies and messages that could not become inputs. Emptied after 14 days.
CREATE TABLE bot.quarantine (
  quarantine_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  day date NOT NULL,
  reason text NOT NULL,
  dedupe bytea NOT NULL UNIQUE,
  body bytea NOT NULL,
  kept_at timestamptz NOT NULL DEFAULT now()
);

-- Answers, in the order of their recipient. `receipt` is what Meta said; it may come before our own mark.
CREATE TABLE bot.outbox (
  outbox_id uuid PRIMARY KEY,
  identity_id uuid NOT NULL,
  seq bigint GENERATED ALWAYS AS IDENTITY,
  kind text NOT NULL CHECK (kind IN ('prompt', 'receipt')),
  route text NOT NULL CHECK (route IN ('graph', 'simulator')),
  day date NOT NULL,
  body bytea,
  state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sending', 'ambiguous', 'sent', 'undelivered', 'expired', 'superseded')),
  tries integer NOT NULL DEFAULT 0,
  ambiguities integer NOT NULL DEFAULT 0,
  made_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz,
  ended_at timestamptz,
  wamid_hash bytea,
  error_code integer,
  receipt text CHECK (receipt IN ('sent', 'delivered', 'read', 'failed')),
  receipt_at timestamptz,
  receipt_error integer,
  CHECK (state IN ('waiting', 'sending', 'ambiguous') OR body IS NULL)
) WITH (fillfactor = 70);
CREATE INDEX outbox_open ON bot.outbox (identity_id, seq) WHERE state IN ('waiting', 'sending', 'ambiguous');
CREATE INDEX outbox_wamid ON bot.outbox (wamid_hash) WHERE wamid_hash IS NOT NULL;

-- One row per recipient: order, pacing of the pair, lease of the sender.
CREATE TABLE bot.recipient (
  identity_id uuid PRIMARY KEY,
  pending integer NOT NULL DEFAULT 0 CHECK (pending >= 0),
  ready_at timestamptz,
  lease_until timestamptz,
  fence bigint NOT NULL DEFAULT 0,
  -- Theoretical arrival time of the pair limit (GCRA).
  pair_at timestamptz,
  throttled integer NOT NULL DEFAULT 0,
  CHECK ((pending = 0) = (ready_at IS NULL))
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);
CREATE INDEX recipient_ready ON bot.recipient (ready_at) WHERE pending > 0;

-- Pace of all senders together: one row per limit, GCRA over all processes.
CREATE TABLE bot.pace (name text PRIMARY KEY, paced_at timestamptz NOT NULL);

-- Statuses that came before our own mark and name no outbox row: joined when the mark is made.
CREATE TABLE bot.stray_receipt (
  wamid_hash bytea NOT NULL,
  receipt text NOT NULL,
  receipt_at timestamptz NOT NULL,
  receipt_error integer,
  kept_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (wamid_hash, receipt)
);

-- Audit entries, append-only; the tree is built on these rows later.
CREATE TABLE bot.audit_entry (
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
CREATE FUNCTION bot.refuse_change() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN RAISE EXCEPTION 'bot.% is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege'; END $$;
CREATE TRIGGER audit_entry_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON bot.audit_entry
  FOR EACH STATEMENT EXECUTE FUNCTION bot.refuse_change();

-- Makes the partitions from `behind` days back to `ahead` days ahead of a day; safe to run at once in many processes.
CREATE FUNCTION bot.make_input_days(around date, behind integer, ahead integer) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  made integer := 0;
  wanted date;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('bot.make_input_days'));
  FOR offset_days IN -behind..ahead LOOP
    wanted := around + offset_days;
    IF to_regclass(format('bot.%I', 'input_' || to_char(wanted, 'YYYYMMDD'))) IS NULL THEN
      EXECUTE format('CREATE TABLE bot.%I PARTITION OF bot.input FOR VALUES FROM (%L) TO (%L)',
        'input_' || to_char(wanted, 'YYYYMMDD'), wanted, wanted + 1);
      made := made + 1;
    END IF;
  END LOOP;
  RETURN made;
END $$;

CREATE FUNCTION bot.is_input_day_in_use(part text, which date) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  waits boolean;
BEGIN
  -- In these words, so that the index of open answers serves.
  IF EXISTS (SELECT FROM bot.outbox WHERE state IN ('waiting', 'sending', 'ambiguous') AND day = which) THEN
    RETURN true;
  END IF;
  EXECUTE format('SELECT EXISTS (SELECT FROM bot.%I WHERE state = ''waiting'')', part) INTO waits;
  RETURN waits;
END $$;

-- Drops one day of inputs with its key, if nothing in it waits and no answer sealed under its key is still to be sent.
-- Looks first without a lock, then takes the parent's before the part's, as every query does, and looks again.
CREATE FUNCTION bot.drop_input_day(part text, which date) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  IF bot.is_input_day_in_use(part, which) THEN
    RETURN false;
  END IF;
  LOCK TABLE bot.input IN ACCESS EXCLUSIVE MODE;
  IF to_regclass(format('bot.%I', part)) IS NULL OR bot.is_input_day_in_use(part, which) THEN
    RETURN false;
  END IF;
  EXECUTE format('DROP TABLE bot.%I', part);
  DELETE FROM bot.quarantine WHERE day = which;
  DELETE FROM bot.wrapped_key WHERE name = 'day.' || to_char(which, 'YYYY-MM-DD');
  RETURN true;
END $$;
