import type { Transactor } from '../base/database.ts';

/** One process at a time sets the ledger up; the others find it done. */
export const lockSeed = async (tx: Transactor): Promise<void> => {
  await tx.query(`SELECT pg_advisory_xact_lock(hashtext('ledger.seed'))`);
};

export const hasHandle = async (tx: Transactor, handleIndex: Buffer): Promise<boolean> =>
  (await tx.query(`SELECT FROM ledger.account WHERE handle_index = $1`, [handleIndex])).length > 0;
