-- Intents: every change of the ledger, once (design: shown, spent by one input, then settled, refused, not sent or unknown).

-- When the person last wrote: WhatsApp lets us write to them unasked for 24 hours from it.
ALTER TABLE bot.lane ADD COLUMN last_message_at timestamptz;

CREATE TABLE bot.intent (
  intent_id uuid PRIMARY KEY,
  identity_id uuid NOT NULL REFERENCES bot.identity,
  kind text NOT NULL CHECK (kind IN ('offer', 'accept', 'decline', 'cancel')),
  state text NOT NULL DEFAULT 'shown'
    CHECK (state IN ('shown', 'stepped_up', 'void', 'spent', 'settled', 'refused', 'not_sent', 'unknown', 'unresolved')),
  -- Core's ids: the member's own account, and whom or what it is about.
  account_id text NOT NULL,
  payee_account_id text,
  credex_id text,
  amount_minor bigint NOT NULL CHECK (amount_minor > 0),
  denomination text NOT NULL CHECK (denomination ~ '^[A-Z]{3}$'),
  secured boolean NOT NULL,
  due_date date,
  -- The buttons of the confirmation carry this and nothing else.
  screen_nonce text NOT NULL,
  idempotency_key uuid NOT NULL UNIQUE,
  -- Names that were shown, sealed under the key of the day; emptied when the intent ends.
  shown_day date NOT NULL,
  facts bytea,
  shown_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  -- The input whose confirmation spent it, and the route of its reply.
  spent_at timestamptz,
  spent_by bytea UNIQUE CHECK (length(spent_by) = 32),
  -- Only for cores without idempotency: the credexes the member had before the one attempt was sent.
  baseline text[],
  ended_at timestamptz,
  refusal text,
  CHECK ((kind = 'offer') = (payee_account_id IS NOT NULL)),
  CHECK (kind = 'offer' OR credex_id IS NOT NULL),
  CHECK ((spent_at IS NULL) = (spent_by IS NULL)),
  CHECK ((state IN ('shown', 'stepped_up', 'void')) = (spent_at IS NULL)),
  CHECK (state <> 'settled' OR credex_id IS NOT NULL)
);
-- One live intent a person; a new one voids it.
CREATE UNIQUE INDEX intent_live ON bot.intent (identity_id) WHERE state IN ('shown', 'stepped_up');
CREATE INDEX intent_open ON bot.intent (identity_id) WHERE state IN ('spent', 'unknown');
CREATE UNIQUE INDEX intent_screen ON bot.intent (identity_id, screen_nonce);
-- One credex settles one intent.
CREATE UNIQUE INDEX intent_settled_by ON bot.intent (credex_id) WHERE kind = 'offer' AND state = 'settled';

-- Whether money may move at all: one row, changed by an operator, each change audited.
CREATE TABLE bot.money_control (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  stopped boolean NOT NULL,
  changed_at timestamptz NOT NULL
);
INSERT INTO bot.money_control (stopped, changed_at) VALUES (false, now());

-- Notices for numbers that may not be written to now: told when they write (again), in good standing.
CREATE TABLE bot.kept_notice (
  notice_id uuid PRIMARY KEY,
  phone_hash bytea NOT NULL CHECK (length(phone_hash) = 32),
  day date NOT NULL,
  body bytea NOT NULL,
  made_at timestamptz NOT NULL,
  kept_at timestamptz NOT NULL
);
CREATE INDEX kept_notice_phone ON bot.kept_notice (phone_hash);
