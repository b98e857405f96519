import type { Clock } from '../../base/clock.ts';
import type { Database } from '../../base/database.ts';
import { createRevoke, readStanding } from './session-store.ts';

/** A log-in over HTTP: its token's `jti`, which every renewal keeps, so that ending it ends all its tokens. */
export type Session = {
  readonly sessionId: string;
  readonly memberId: string;
  /** When the token at hand was issued. */
  readonly issuedAtMs: number;
  /** When the session ends whatever happens. */
  readonly endsAtMs: number;
};

export type Sessions = {
  /** False for a revoked session, for one older than the member's `tokens_valid_from`, and for a member who is gone. */
  readonly isLive: (session: Session) => Promise<boolean>;
  readonly revokeSession: (session: Session) => Promise<void>;
};

export const createSessions = ({ database, clock }: { readonly database: Database; readonly clock: Clock }): Sessions =>
  Object.freeze({
    isLive: (session: Session) => readStanding(database, session),
    revokeSession: createRevoke(database, clock),
  });
