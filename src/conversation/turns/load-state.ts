import { isPassing } from '../../base/fault.ts';
import type { Clock } from '../../base/clock.ts';
import type { IdentityId } from '../../base/id.ts';
import type { Claim } from '../../queue/queue.ts';
import type { NoteEvent } from '../../watch/watch.ts';
import type { TurnInput } from '../decision.ts';
import type { Session, SessionState, SessionStore } from '../sessions/session.ts';
import type { Inbound } from '../understanding/inbound.ts';

export type SpendQuota = (
  identityId: IdentityId,
  inputName: string,
  isMember: boolean,
) => Promise<{ readonly allowed: true } | { readonly allowed: false; readonly isFirst: boolean }>;

export type LoadDeps = {
  readonly sessions: SessionStore;
  readonly spendQuota: SpendQuota;
  readonly noteEvent: NoteEvent;
  readonly clock: Clock;
  readonly messageAgeMaxMs: number;
};

export type Loaded = { readonly session: SessionState; readonly input: TurnInput };
type Heard = { readonly claim: Claim; readonly message: Inbound; readonly isMember: boolean };

/** The session that the lane refers to, and this message's place in the person's quotas; both live in Redis. */
export const loadState = async (
  deps: LoadDeps,
  { claim, message, isMember }: Heard,
): Promise<Loaded | 'stores away'> => {
  const { identityId, input } = claim;
  const session = await loadSession(deps, claim);
  if (session === 'stores away') return session;
  try {
    const quota = await deps.spendQuota(identityId, input.dedupe.toString('base64url'), isMember);
    if (!quota.allowed) return { session, input: { type: 'over_limit', isFirst: quota.isFirst, message } };
  } catch (error) {
    if (!isPassing(error)) throw error;
    return 'stores away';
  }
  const isStale = deps.clock.now() - input.orderAtMs > deps.messageAgeMaxMs;
  return { session, input: { type: 'message', message, isStale } };
};

export const loadSession = async (
  { sessions, noteEvent }: LoadDeps,
  { identityId, sessionRef }: Claim,
): Promise<SessionState | 'stores away'> => {
  try {
    const loaded = sessionRef === null ? 'none' : await sessions.load(sessionRef, identityId);
    const session = toSessionState(loaded);
    if (loaded === 'unreadable') noteEvent('conversation.session_unreadable', { identityId });
    else if (session.state === 'expired') noteEvent('conversation.session_expired', { identityId });
    return session;
  } catch (error) {
    if (!isPassing(error)) throw error;
    return 'stores away';
  }
};

const toSessionState = (loaded: Session | 'missing' | 'unreadable' | 'none'): SessionState => {
  if (loaded === 'none') return { state: 'none' };
  return typeof loaded === 'string' ? { state: 'expired' } : { state: 'live', session: loaded };
};
