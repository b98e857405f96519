import { createHmac, timingSafeEqual, createHash } from 'node:crypto';
import type { Secret } from './secret.ts';

export type SignatureRefusal = 'missing' | 'repeated' | 'malformed' | 'wrong';

/**
 * `X-Hub-Signature-256` over the raw bytes (Meta, "Validating payloads"; S37, S38). Exactly one header of
 * `sha256=` and 64 lower-case hex digits; every secret of a rotation is tried, always all of them.
 */
export const checkSignature = (
  header: string | readonly string[] | undefined,
  body: Uint8Array,
  secrets: readonly Secret[],
): SignatureRefusal | undefined => {
  if (header === undefined) return 'missing';
  if (typeof header !== 'string') return 'repeated';
  const digits = /^sha256=([0-9a-f]{64})$/.exec(header)?.[1];
  if (digits === undefined) return header.includes(',') ? 'repeated' : 'malformed';
  const claimed = Buffer.from(digits, 'hex');
  let matches = false;
  for (const secret of secrets) {
    const expected = createHmac('sha256', secret.reveal()).update(body).digest();
    matches = timingSafeEqual(claimed, expected) || matches;
  }
  return matches ? undefined : 'wrong';
};

/** What Meta puts into `X-Hub-Signature-256` for these bytes. */
export const signBody = (body: Uint8Array, secret: Secret): string =>
  `sha256=${createHmac('sha256', secret.reveal()).update(body).digest('hex')}`;

/** `appsecret_proof` of a Graph call (Meta, "Secure Graph API calls"): a stolen token alone is useless. */
export const proveAppSecret = (accessToken: Secret, appSecret: Secret): string =>
  createHmac('sha256', appSecret.reveal()).update(accessToken.reveal()).digest('hex');

/** Compares a stranger's text with secrets in constant time, whatever their lengths (S14). */
export const isOneOf = (claimed: string, secrets: readonly Secret[]): boolean => {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  const claimedDigest = digest(claimed);
  let matches = false;
  for (const secret of secrets) matches = timingSafeEqual(claimedDigest, digest(secret.reveal())) || matches;
  return matches;
};
