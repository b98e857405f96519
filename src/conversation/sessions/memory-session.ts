import type { IdentityId } from '../../base/id.ts';
import { createSessionSeal, type SessionSealDeps } from './session-seal.ts';
import type { Session, SessionRef, SessionStore } from './session.ts';

export type MemoryRecord = { readonly sealed: Buffer; readonly endsAtMs: number };

export type MemorySessionStoreDeps = SessionSealDeps & {
  /** Where the records are; given by tests that look into it. */
  readonly records?: Map<string, MemoryRecord>;
  readonly recordsMax?: number;
};

const RECORDS_MAX = 10_000;

/**
 * The stand-in where no Redis can be had: one process, development only. Seals like the real one; when it is full the
 * oldest record goes, which costs its person a log-in.
 */
export const createMemorySessionStore = (deps: MemorySessionStoreDeps): SessionStore => {
  const { records = new Map<string, MemoryRecord>(), recordsMax = RECORDS_MAX, clock } = deps;
  const { seal, open, keyNameOf } = createSessionSeal(deps);

  const makeRoom = (): void => {
    for (const [keyName, { endsAtMs }] of records) {
      if (records.size < recordsMax && endsAtMs > clock.now()) return;
      records.delete(keyName);
    }
  };

  return Object.freeze({
    keep: async (session: Session) => {
      const { ref, keyName, sealed, ttlMs } = seal(session);
      makeRoom();
      records.set(keyName, { sealed, endsAtMs: clock.now() + ttlMs });
      return ref;
    },
    load: async (ref: SessionRef, identityId: IdentityId) => {
      const record = records.get(keyNameOf(ref));
      return record === undefined || record.endsAtMs <= clock.now() ? 'missing' : open(ref, identityId, record.sealed);
    },
    drop: async (ref: SessionRef) => {
      records.delete(keyNameOf(ref));
    },
  });
};
