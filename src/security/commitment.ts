import { createHash, randomBytes } from 'node:crypto';

/** Binds an audit entry to details that may not stand in it (I9): who knows them and the salt can prove them later. */
export type Commitment = { readonly salt: Buffer; readonly commitment: Buffer };

const SALT_BYTES = 16;

/** SHA-256 over a fresh salt and the length-prefixed parts, in their order. */
export const commitTo = (parts: readonly string[], salt: Buffer = randomBytes(SALT_BYTES)): Commitment => {
  const hash = createHash('sha256').update(salt);
  for (const part of parts) hash.update(`${String(Buffer.byteLength(part))}:`).update(part);
  return { salt, commitment: hash.digest() };
};
