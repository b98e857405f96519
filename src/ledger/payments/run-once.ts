import { assert } from '../../base/assert.ts';
import { isDataRefusal, type Database, type Transactor } from '../../base/database.ts';
import { newUuid } from '../../base/id.ts';
import { accepted, refused, type Result } from '../../base/result.ts';
import type { Clock } from '../../base/clock.ts';
import { claimKey, refuseKey, settleKey, type Wish } from '../members/idempotency-store.ts';
import type { People } from '../members/people.ts';
import type { Receipt } from './payment.ts';
import { readCredex, type CredexRow } from './payment-store.ts';

export type KeyReused = 'ledger.idempotency_key_reused';

export type Operation<Refusal extends string> = {
  readonly actor: string;
  readonly idempotencyKey: string | undefined;
  /** Everything that makes the wish what it is. */
  readonly request: readonly string[];
  /** Does it within the transaction, or refuses before it has written anything. */
  readonly act: (tx: Transactor) => Promise<Result<CredexRow, Refusal>>;
  /** Keeps the audit entry of a refusal. */
  readonly noteRefusal: (tx: Transactor, refusal: Refusal | KeyReused) => Promise<void>;
  /** What it means when the database refuses the operation for its data: a race that a constraint decided. */
  readonly whenConstrained: Refusal;
};

export type RunOnce = <Refusal extends string>(
  operation: Operation<Refusal>,
) => Promise<Result<Receipt, Refusal | KeyReused>>;

const toReceipt = (row: CredexRow): Receipt => ({
  credexId: row.credex_id,
  issuerId: row.issuer_id,
  receiverId: row.receiver_id,
  amount: { amountMinor: row.amount, denomination: row.denomination },
  secured: row.secured,
});

/**
 * One wish, one outcome: the idempotency key, what it does and its audit entry share one transaction. A repeat waits for
 * the first and hears its answer; the same key with other data is refused.
 */
export const createRunOnce = ({
  database,
  people,
  clock,
}: {
  readonly database: Database;
  readonly people: People;
  readonly clock: Clock;
}): RunOnce => {
  const refuse = async <Refusal extends string>(
    tx: Transactor,
    { noteRefusal }: Operation<Refusal>,
    refusal: Refusal | KeyReused,
  ): Promise<Result<never, Refusal | KeyReused>> => {
    await noteRefusal(tx, refusal);
    return refused(refusal);
  };

  const attempt = <Refusal extends string>(
    operation: Operation<Refusal>,
    wish: Wish,
    act: Operation<Refusal>['act'],
  ): Promise<Result<Receipt, Refusal | KeyReused>> =>
    database.transact(async (tx) => {
      const claim = await claimKey(tx, wish, clock.offsetMs());
      if (!claim.claimed) {
        if (!claim.sameRequest) return refuse(tx, operation, 'ledger.idempotency_key_reused');
        // Only refusals of this very operation were stored under the hash of its request.
        if (claim.refusal !== null) return refused(claim.refusal as Refusal);
        const done = claim.subject === null ? undefined : await readCredex(tx, claim.subject);
        assert(done, 'a settled wish names its credex');
        return accepted(toReceipt(done));
      }
      const result = await act(tx);
      if (!result.ok) {
        await refuseKey(tx, wish, result.refusal);
        return refuse(tx, operation, result.refusal);
      }
      await settleKey(tx, wish, result.value.credex_id);
      return accepted(toReceipt(result.value));
    });

  return async (operation) => {
    const index = await people.loadIndexer();
    const wish = {
      actor: operation.actor,
      keyHash: index('idempotency_key', operation.idempotencyKey ?? newUuid()),
      requestHash: index('idempotency_request', JSON.stringify(operation.request)),
    };
    try {
      return await attempt(operation, wish, operation.act);
    } catch (error) {
      if (!isDataRefusal(error)) throw error;
      return attempt(operation, wish, () => Promise.resolve(refused(operation.whenConstrained)));
    }
  };
};
