import { isoTime } from '../base/clock.ts';
import type { Transactor } from '../base/database.ts';
import type { Money } from '../base/money.ts';

/** A credex as it is offered: secured by an account, or with a due date. */
export type NewCredex = {
  readonly credexId: string;
  readonly issuerId: string;
  readonly receiverId: string;
  readonly kind: 'PURCHASE' | 'GIFT' | 'DCO_GIVE' | 'DCO_RECEIVE';
  readonly amount: Money;
  readonly backing: { readonly securerId: string } | { readonly dueDate: string };
  readonly madeBy: string;
};

export type Moment = { readonly day: string; readonly atMs: number };

/** Keeps offers and reserves their amounts: past the floor of a secured claim the statement fails and nothing is kept. */
export const insertOffers = async (
  tx: Transactor,
  offers: readonly NewCredex[],
  { day, atMs }: Moment,
): Promise<void> => {
  const securerOf = ({ backing }: NewCredex): string | null => ('securerId' in backing ? backing.securerId : null);
  await tx.query(
    `INSERT INTO ledger.credex (credex_id, issuer_id, receiver_id, kind, denomination, initial_minor, outstanding_minor, securer_id,
       due_date, made_by, made_day, made_at)
     SELECT r.credex_id, r.issuer_id, r.receiver_id, r.kind, r.denomination, r.amount, r.amount, r.securer_id, r.due_date, r.made_by,
       $10::date, $11::timestamptz
     FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::bigint[], $7::uuid[], $8::date[], $9::uuid[])
       AS r (credex_id, issuer_id, receiver_id, kind, denomination, amount, securer_id, due_date, made_by)`,
    [
      offers.map(({ credexId }) => credexId),
      offers.map(({ issuerId }) => issuerId),
      offers.map(({ receiverId }) => receiverId),
      offers.map(({ kind }) => kind),
      offers.map(({ amount }) => amount.denomination),
      offers.map(({ amount }) => amount.amountMinor),
      offers.map(securerOf),
      offers.map(({ backing }) => ('dueDate' in backing ? backing.dueDate : null)),
      offers.map(({ madeBy }) => madeBy),
      day,
      isoTime(atMs),
    ],
  );
  await applyDeltas(
    tx,
    offers.map((offer) => ({
      accountId: offer.issuerId,
      denomination: offer.amount.denomination,
      securerId: securerOf(offer),
      offered: offer.amount.amountMinor,
    })),
  );
};

type AcceptedRow = {
  readonly credex_id: string;
  readonly issuer_id: string;
  readonly receiver_id: string;
  readonly denomination: Money['denomination'];
  readonly securer_id: string | null;
  readonly amount: bigint;
};

/** Turns offers into debts: state, posting, balances and the clearing's work list together. Returns the ids accepted. */
export const acceptOffers = async (
  tx: Transactor,
  credexIds: readonly string[],
  { day, atMs }: Moment,
): Promise<readonly string[]> => {
  const rows = await tx.query<AcceptedRow>(
    `WITH taken AS (
       UPDATE ledger.credex SET state = 'owed', accepted_at = $3
       WHERE credex_id = ANY ($1::uuid[]) AND state = 'offered'
       RETURNING credex_id, issuer_id, receiver_id, denomination, securer_id, initial_minor),
     posted AS (
       INSERT INTO ledger.posting (kind, credex_id, debit_account, credit_account, denomination, securer_id, amount_minor, day, posted_at)
       SELECT 'accept', credex_id, receiver_id, issuer_id, denomination, securer_id, initial_minor, $2::date, $3::timestamptz
       FROM taken ORDER BY array_position($1::uuid[], credex_id)),
     listed AS (
       INSERT INTO ledger.to_clear (credex_id, partition, accepted_at)
       SELECT credex_id, coalesce('secured.' || denomination || '.' || securer_id, 'unsecured'), $3::timestamptz
       FROM taken ORDER BY array_position($1::uuid[], credex_id))
     SELECT credex_id, issuer_id, receiver_id, denomination::text, securer_id, initial_minor::bigint AS amount FROM taken`,
    [credexIds, day, isoTime(atMs)],
  );
  await applyDeltas(
    tx,
    rows.flatMap(({ issuer_id, receiver_id, denomination, securer_id: securerId, amount }) => [
      { accountId: issuer_id, denomination, securerId, offered: -amount, payable: amount },
      { accountId: receiver_id, denomination, securerId, receivable: amount },
    ]),
  );
  return rows.map(({ credex_id }) => credex_id);
};

/** Ends an offer that waits: its state, and the reservation of its amount. The caller holds its row. */
export const endOffer = async (
  tx: Transactor,
  {
    credexId,
    state,
    endedBy,
  }: { readonly credexId: string; readonly state: 'declined' | 'cancelled'; readonly endedBy: string },
  { atMs }: Moment,
): Promise<void> => {
  const rows = await tx.query<Omit<AcceptedRow, 'receiver_id' | 'credex_id'>>(
    `UPDATE ledger.credex SET state = $2, outstanding_minor = 0, ended_by = $3, ended_at = $4
     WHERE credex_id = $1 AND state = 'offered'
     RETURNING issuer_id, denomination::text, securer_id, initial_minor::bigint AS amount`,
    [credexId, state, endedBy, isoTime(atMs)],
  );
  await applyDeltas(
    tx,
    rows.map(({ issuer_id: accountId, denomination, securer_id: securerId, amount }) => ({
      ...{ accountId, denomination, securerId },
      offered: -amount,
    })),
  );
};

type BalanceDelta = {
  readonly accountId: string;
  readonly denomination: Money['denomination'];
  readonly securerId: string | null;
  readonly receivable?: bigint;
  readonly payable?: bigint;
  readonly offered?: bigint;
};

/**
 * Brings balances along with what was just written. Rows are made and locked in one order, so that two operations on
 * the same accounts wait for each other instead of dying of each other.
 */
const applyDeltas = async (tx: Transactor, deltas: readonly BalanceDelta[]): Promise<void> => {
  if (deltas.length === 0) return;
  const keys = [
    deltas.map((each) => each.accountId),
    deltas.map((each) => each.denomination),
    deltas.map((each) => each.securerId),
  ];
  const values = [
    ...keys,
    deltas.map((each) => each.receivable ?? 0n),
    deltas.map((each) => each.payable ?? 0n),
    deltas.map((each) => each.offered ?? 0n),
  ];
  const named = 'unnest($1::uuid[], $2::text[], $3::uuid[]) AS d (account_id, denomination, securer_id)';
  await tx.query(
    `INSERT INTO ledger.balance (account_id, denomination, securer_id)
     SELECT DISTINCT d.account_id, d.denomination, d.securer_id FROM ${named} ORDER BY 1, 2, 3 NULLS LAST
     ON CONFLICT DO NOTHING`,
    keys,
  );
  await tx.query(
    `SELECT FROM ledger.balance b JOIN (SELECT DISTINCT * FROM ${named}) AS d
       ON b.account_id = d.account_id AND b.denomination = d.denomination AND b.securer_id IS NOT DISTINCT FROM d.securer_id
     ORDER BY b.account_id, b.denomination, b.securer_id NULLS LAST FOR UPDATE OF b`,
    keys,
  );
  await tx.query(
    `UPDATE ledger.balance b
     SET receivable_minor = b.receivable_minor + d.receivable, payable_minor = b.payable_minor + d.payable,
       offered_minor = b.offered_minor + d.offered
     FROM (SELECT account_id, denomination, securer_id, sum(receivable)::bigint AS receivable, sum(payable)::bigint AS payable,
             sum(offered)::bigint AS offered
           FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::bigint[], $5::bigint[], $6::bigint[])
             AS d (account_id, denomination, securer_id, receivable, payable, offered)
           GROUP BY 1, 2, 3) AS d
     WHERE b.account_id = d.account_id AND b.denomination = d.denomination AND b.securer_id IS NOT DISTINCT FROM d.securer_id`,
    values,
  );
};
