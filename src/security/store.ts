import type { Database } from '../base/database.ts';
import { Fault } from '../base/fault.ts';
import { makeWrappedKey, unwrapKey, type KeyRing } from './keyring.ts';
import type { SealKey } from './seal.ts';

/**
 * Data keys: random, made once, kept wrapped in PostgreSQL, so that rotating `ENCRYPTION_KEYS` re-wraps them and changes
 * no index (I10). Day keys (`day.YYYY-MM-DD`) are deleted with their day, and what they sealed with them.
 */
export type KeyStore = {
  /** The key of that name, made when it is missing. Every process gets the same one. */
  readonly getKey: (name: string) => Promise<SealKey>;
};

export type KeyStoreDeps = { readonly database: Database; readonly ring: KeyRing; readonly schema: 'bot' | 'ledger' };

export const createKeyStore = ({ database, ring, schema }: KeyStoreDeps): KeyStore => {
  const known = new Map<string, Promise<SealKey>>();

  const readOrMake = async (name: string): Promise<SealKey> => {
    const { wrapped: fresh } = makeWrappedKey(ring, name);
    await database.query(
      `INSERT INTO ${schema}.wrapped_key (name, wrapped)
       SELECT $1, $2 WHERE NOT EXISTS (SELECT FROM ${schema}.wrapped_key WHERE name = $1)
       ON CONFLICT (name) DO NOTHING`,
      [name, fresh],
    );
    const [row] = await database.query<{ wrapped: Buffer }>(
      `SELECT wrapped FROM ${schema}.wrapped_key WHERE name = $1`,
      [name],
    );
    const key = row && unwrapKey(ring, name, row.wrapped);
    if (!key) throw new Fault('security.key_unreadable', { retry: 'never', detail: `data key ${name} does not open` });
    return key;
  };

  return Object.freeze({
    getKey: (name: string) => {
      const promise = known.get(name) ?? readOrMake(name);
      known.set(name, promise);
      promise.catch(() => known.delete(name));
      return promise;
    },
  });
};
