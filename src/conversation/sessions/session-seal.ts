import { assert } from '../../base/assert.ts';
import type { Clock } from '../../base/clock.ts';
import { newToken, type IdentityId } from '../../base/id.ts';
import type { KeyRing } from '../../security/keyring.ts';
import { decodeSession, encodeSession } from './session-record.ts';
import { SESSION_ABSOLUTE_MS, SESSION_IDLE_MS, type Session, type SessionRef } from './session.ts';

const PURPOSE = 'session';
/** Moves with `Session.version`; bound into the seal. */
const SCHEMA_VERSION = 1;

export type SessionSealDeps = {
  readonly ring: KeyRing;
  readonly clock: Clock;
  /** First part of every key name, by environment (S84). */
  readonly keyPrefix: string;
  /** The business number that this program speaks for: a session of another one does not open (S36). */
  readonly phoneNumberId: string;
};

export type SealedSession = {
  readonly ref: SessionRef;
  readonly keyName: string;
  readonly sealed: Buffer;
  /** How long the record may live: until the idle or the absolute end, whichever is first. */
  readonly ttlMs: number;
};

/** How sessions are sealed, whatever keeps them: Redis and its stand-in differ in nothing else. */
export type SessionSeal = {
  readonly seal: (session: Session) => SealedSession;
  readonly keyNameOf: (ref: SessionRef) => string;
  readonly open: (ref: SessionRef, identityId: IdentityId, sealed: Uint8Array) => Session | 'missing' | 'unreadable';
};

const remainingMs = ({ lastMessageAtMs, openedAtMs }: Session, nowMs: number): number =>
  Math.min(lastMessageAtMs + SESSION_IDLE_MS, openedAtMs + SESSION_ABSOLUTE_MS) - nowMs;

export const createSessionSeal = ({ ring, clock, keyPrefix, phoneNumberId }: SessionSealDeps): SessionSeal => {
  const keyNameOf = (ref: SessionRef): string => `${keyPrefix}:session:${ref}`;
  /** A record moved to another key, person, business number or schema does not open (S6, S30, S36). */
  const contextOf = (ref: SessionRef, identityId: IdentityId): string =>
    [keyNameOf(ref), identityId, phoneNumberId, SCHEMA_VERSION].join('|');

  return Object.freeze({
    keyNameOf,
    seal: (session: Session) => {
      assert(session.phoneNumberId === phoneNumberId, 'a session is of our own business number');
      const ref = newToken();
      return {
        ref,
        keyName: keyNameOf(ref),
        sealed: ring.seal(encodeSession(session), PURPOSE, contextOf(ref, session.identityId)),
        ttlMs: Math.max(1, Math.floor(remainingMs(session, clock.now()))),
      };
    },
    open: (ref: SessionRef, identityId: IdentityId, sealed: Uint8Array) => {
      const bytes = ring.open(sealed, PURPOSE, contextOf(ref, identityId));
      const session = bytes && decodeSession(bytes);
      if (session?.identityId !== identityId || session.phoneNumberId !== phoneNumberId) return 'unreadable';
      // The record's own clock, whatever the store thinks of its age (S9).
      return remainingMs(session, clock.now()) > 0 ? session : 'missing';
    },
  });
};
