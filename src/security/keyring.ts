import { createHmac, hkdfSync } from 'node:crypto';
import { assert } from '../base/assert.ts';
import { createSealKey, newKeyBytes, open, seal, sealedKeyId, type SealKey } from './seal.ts';

/** The keys of `ENCRYPTION_KEYS`, the first active: they wrap data keys and seal what lives for minutes in Redis. */
export type KeyRing = {
  readonly active: SealKey;
  readonly find: (id: string) => SealKey | undefined;
  /** Seals with the active key derived for `purpose`, so that a key never serves two ends. */
  readonly seal: (plain: Uint8Array, purpose: string, context: string) => Buffer;
  readonly open: (sealed: Uint8Array, purpose: string, context: string) => Buffer | undefined;
};

const derive = (key: SealKey, purpose: string): SealKey =>
  createSealKey(key.id, Buffer.from(hkdfSync('sha256', key.object(), '', `vimbisopay ${purpose}`, 32)));

export const createKeyRing = (keys: readonly SealKey[]): KeyRing => {
  const [active] = keys;
  assert(active, 'a key ring has at least one key');
  const byId = new Map(keys.map((key) => [key.id, key]));
  const derived = new Map<string, SealKey>();
  const keyFor = (key: SealKey, purpose: string): SealKey => {
    const name = `${key.id} ${purpose}`;
    const known = derived.get(name) ?? derive(key, purpose);
    derived.set(name, known);
    return known;
  };
  return Object.freeze({
    active,
    find: (id: string) => byId.get(id),
    seal: (plain: Uint8Array, purpose: string, context: string) => seal(plain, keyFor(active, purpose), context),
    open: (sealed: Uint8Array, purpose: string, context: string) => {
      const key = byId.get(sealedKeyId(sealed) ?? '');
      return key && open(sealed, keyFor(key, purpose), context);
    },
  });
};

/** A new data key and its wrapped form; `name` is bound in, so that a wrapped key cannot stand in for another. */
export const makeWrappedKey = (ring: KeyRing, name: string): { readonly key: SealKey; readonly wrapped: Buffer } => {
  const bytes = newKeyBytes();
  return { key: createSealKey(name, bytes), wrapped: ring.seal(bytes, 'wrap', name) };
};

export const unwrapKey = (ring: KeyRing, name: string, wrapped: Uint8Array): SealKey | undefined => {
  const bytes = ring.open(wrapped, 'wrap', name);
  return bytes && createSealKey(name, bytes);
};

/** HMAC-SHA256 of a value under a key of its own: looks up and keeps unique what may not stand in clear (I10). */
export const blindIndex = (key: SealKey, kind: string, value: string): Buffer =>
  createHmac('sha256', key.object()).update(`${kind}:${value}`).digest();
