import type { Transactor } from '../../base/database.ts';

/** One wish of one actor. Key and request only as keyed hashes: both may hold what somebody typed. */
export type Wish = { readonly actor: string; readonly keyHash: Buffer; readonly requestHash: Buffer };

export type Claim =
  | { readonly claimed: true }
  | {
      readonly claimed: false;
      readonly sameRequest: boolean;
      readonly subject: string | null;
      /** The code of the refusal that was the first answer. */
      readonly refusal: string | null;
    };

/**
 * Claims a key within the transaction that does the work. While another transaction holds the claim this one waits for
 * its outcome; after a rollback there the claim is ours.
 */
export const claimKey = async (
  tx: Transactor,
  { actor, keyHash, requestHash }: Wish,
  offsetMs: number,
): Promise<Claim> => {
  const claimed = await tx.query(
    `INSERT INTO ledger.idempotency_key (actor, key_hash, request_hash, made_at)
     VALUES ($1, $2, $3, now() + $4 * interval '1 ms')
     ON CONFLICT (actor, key_hash) DO NOTHING RETURNING actor`,
    [actor, keyHash, requestHash, offsetMs],
  );
  if (claimed.length > 0) return { claimed: true };
  const [row] = await tx.query<{ request_hash: Buffer; subject: string | null; refusal: string | null }>(
    `SELECT request_hash, subject, convert_from(answer, 'UTF8') AS refusal FROM ledger.idempotency_key WHERE actor = $1 AND key_hash = $2`,
    [actor, keyHash],
  );
  return {
    claimed: false,
    sameRequest: row?.request_hash.equals(requestHash) === true,
    subject: row?.subject ?? null,
    refusal: row?.refusal ?? null,
  };
};

/** Names what the operation made, for its repeats. */
export const settleKey = async (tx: Transactor, { actor, keyHash }: Wish, subject: string): Promise<void> => {
  await tx.query(`UPDATE ledger.idempotency_key SET subject = $3 WHERE actor = $1 AND key_hash = $2`, [
    actor,
    keyHash,
    subject,
  ]);
};

/** Keeps a refusal as the wish's answer: a refused wish stays refused, and a new one needs a new key. */
export const refuseKey = async (tx: Transactor, { actor, keyHash }: Wish, refusal: string): Promise<void> => {
  await tx.query(
    `UPDATE ledger.idempotency_key SET answer = convert_to($3, 'UTF8') WHERE actor = $1 AND key_hash = $2`,
    [actor, keyHash, refusal],
  );
};

/** Lets go of a claim whose operation was refused: nothing was done, so the same key may be used again. */
export const releaseKey = async (tx: Transactor, { actor, keyHash }: Wish): Promise<void> => {
  await tx.query(`DELETE FROM ledger.idempotency_key WHERE actor = $1 AND key_hash = $2`, [actor, keyHash]);
};
