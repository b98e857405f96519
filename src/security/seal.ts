import { createCipheriv, createDecipheriv, createSecretKey, randomBytes, type KeyObject } from 'node:crypto';

/** A 256-bit key that cannot be printed; `id` says which one and travels in clear with what it sealed. */
export type SealKey = {
  readonly id: string;
  readonly bytes: () => Buffer;
  /** Made once: making it anew is a good part of what a short seal costs. */
  readonly object: () => KeyObject;
};

export const createSealKey = (id: string, bytes: Buffer): SealKey => {
  if (bytes.length !== 32) throw new RangeError('a seal key has 32 bytes');
  if (!/^[a-z0-9.:_-]{1,64}$/i.test(id)) throw new RangeError('a seal key id is 1-64 plain characters');
  const object = createSecretKey(bytes);
  return Object.freeze({ id, bytes: () => bytes, object: () => object, toJSON: () => '[key]' });
};

export const newKeyBytes = (): Buffer => randomBytes(32);

const VERSION = 1;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

const NONCES_AT_ONCE = 256;
let nonces = Buffer.alloc(0);

/** Random, used once, taken from the system by the hundred: asking for each costs as much as the seal itself. */
const newNonce = (): Buffer => {
  if (nonces.length === 0) nonces = randomBytes(NONCE_BYTES * NONCES_AT_ONCE);
  const nonce = nonces.subarray(0, NONCE_BYTES);
  nonces = nonces.subarray(NONCE_BYTES);
  return nonce;
};

/**
 * AES-256-GCM with a random 96-bit nonce and full tag (NIST SP 800-38D; S6). `context` is bound in as additional data:
 * what is moved to another row or key name does not open. Layout: version, key id length, key id, nonce, text, tag.
 */
export const seal = (plain: Uint8Array, key: SealKey, context: string): Buffer => {
  const nonce = newNonce();
  const id = Buffer.from(key.id, 'ascii');
  const head = Buffer.concat([Buffer.from([VERSION, id.length]), id]);
  const cipher = createCipheriv('aes-256-gcm', key.object(), nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(Buffer.concat([head, Buffer.from(context, 'utf8')]));
  return Buffer.concat([head, nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
};

/** Which key sealed this; undefined when it is nothing of ours. */
export const sealedKeyId = (sealed: Uint8Array): string | undefined => {
  const length = sealed[1];
  if (sealed[0] !== VERSION || length === undefined || sealed.length < 2 + length + NONCE_BYTES + TAG_BYTES)
    return undefined;
  return Buffer.from(sealed.subarray(2, 2 + length)).toString('ascii');
};

/** The plain bytes, or undefined when the value was altered, moved, sealed with another key, or is not ours. */
export const open = (sealed: Uint8Array, key: SealKey, context: string): Buffer | undefined => {
  if (sealedKeyId(sealed) !== key.id) return undefined;
  const headLength = 2 + (sealed[1] ?? 0);
  const nonce = sealed.subarray(headLength, headLength + NONCE_BYTES);
  const text = sealed.subarray(headLength + NONCE_BYTES, sealed.length - TAG_BYTES);
  const decipher = createDecipheriv('aes-256-gcm', key.object(), nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.concat([sealed.subarray(0, headLength), Buffer.from(context, 'utf8')]));
  decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(text), decipher.final()]);
  } catch {
    return undefined;
  }
};
