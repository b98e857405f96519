-- Pages of an account's ledger are ordered by when a credex was accepted: what happened last stands first.
DROP INDEX ledger.credex_pages_in;
DROP INDEX ledger.credex_pages_out;
CREATE INDEX credex_pages_in ON ledger.credex (receiver_id, accepted_at DESC, credex_id) WHERE state IN ('owed', 'cleared');
CREATE INDEX credex_pages_out ON ledger.credex (issuer_id, accepted_at DESC, credex_id) WHERE state IN ('owed', 'cleared');
