import { createHash, randomBytes, randomUUID } from 'node:crypto';

declare const brand: unique symbol;
type Branded<T, Name extends string> = T & { readonly [brand]: Name };

/** A person as this business knows them: a random pseudonym, joined to a number or BSUID only inside sealed columns. */
export type IdentityId = Branded<string, 'IdentityId'>;
/** One outgoing message; also Meta's `biz_opaque_callback_data`. */
export type OutboxId = Branded<string, 'OutboxId'>;
/** One confirmation that was shown. */
export type IntentId = Branded<string, 'IntentId'>;
/** A request or turn, for joining log lines. */
export type CorrelationId = Branded<string, 'CorrelationId'>;

export const isUuid = (text: string): boolean =>
  /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(text);

export const newUuid = (): string => randomUUID();
export const newIdentityId = (): IdentityId => randomUUID() as IdentityId;
export const newCorrelationId = (): CorrelationId => randomUUID() as CorrelationId;

/** Unguessable text of `bytes` random bytes, base64url. */
export const newToken = (bytes = 18): string => randomBytes(bytes).toString('base64url');

/** SHA-256 of the length-prefixed parts: 32 bytes that follow from them. */
export const deriveHash = (...parts: readonly string[]): Buffer => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(`${String(Buffer.byteLength(part))}:`).update(part);
  return hash.digest();
};

/**
 * A UUID that follows from its parts (RFC 9562 version 8 over `deriveHash`), so that repeating a turn makes the same ids
 * again and a unique key catches the repeat.
 */
export const deriveUuid = (...parts: readonly string[]): string => {
  const bytes = deriveHash(...parts).subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
};

/**
 * Tells one claim from every other. Random, not counted: a counter that a crash of PostgreSQL took back would give the
 * number of a claim that is still under way a second time.
 */
export const newFence = (): bigint => randomBytes(8).readBigUInt64BE() >> 1n;

/** A random number in [0, 1), for jitter only. */
export const newChance = (): number => Math.random();
