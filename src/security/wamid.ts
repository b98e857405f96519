import { blindIndex } from './keyring.ts';
import type { SealKey } from './seal.ts';

/** Names of the two index keys in the key store; random, made once (I10). */
export const IDENTITY_INDEX_KEY = 'index.identity';
export const WAMID_INDEX_KEY = 'index.wamid';

/** A wamid contains the phone number: it is kept and compared only as a keyed hash, per business number (S97). */
export const hashWamid = (key: SealKey, phoneNumberId: string, wamid: string): Buffer =>
  blindIndex(key, 'wamid', `${phoneNumberId}:${wamid}`);
