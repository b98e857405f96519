import { assert } from '../base/assert.ts';
import type { Secret } from '../security/secret.ts';

export type HeaderParts = {
  readonly clientKey: Secret;
  /** Absent on the two calls that need none: log-in and registration. */
  readonly token?: string;
  readonly idempotencyKey?: string;
};

/** S2: core's headers. A value that is empty or could end its line is a bug, found before a socket opens. */
export const makeHeaders = ({ clientKey, token, idempotencyKey }: HeaderParts): Readonly<Record<string, string>> => {
  const headers: Record<string, string> = { 'x-client-api-key': clientKey.reveal() };
  if (token !== undefined) headers.authorization = token === '' ? '' : `Bearer ${token}`;
  if (idempotencyKey !== undefined) headers['idempotency-key'] = idempotencyKey;
  for (const value of Object.values(headers))
    assert(/^[\x20-\x7e]+$/.test(value), 'a header for core has a value of visible characters');
  return { 'content-type': 'application/json', accept: 'application/json', ...headers };
};
