/*
 * What to answer, one input at a time.
 * Arrives: a claim of a lane with its sealed input: a message, a notice or a timer. Leaves: one commit with the input
 * ended, the reply in the outbox, intents, what was learned of the person, audit entries, and the reference of the session.
 * Promises: every message but a reaction is answered, truthfully, once; the session is only what the lane row refers to,
 * and only a message moves it; what core has done is never held back for want of a session; while Redis is away nobody
 * waits longer than 30 s.
 * Will not: ask core for anybody whose number's hash is not the one in their identity row, or change the ledger otherwise
 * than by a confirmation.
 */
import type { AtKillPoint } from '../base/kill-point.ts';
import { monotonicMs } from '../base/clock.ts';
import { isPassing } from '../base/fault.ts';
import type { CarriedOut, Intent, Reconcile } from '../payment/payment.ts';
import type { Claim, RunTurn, TurnOutcome } from '../queue/queue.ts';
import { answerAway, type AwayDeps } from './turns/answer-away.ts';
import { endTurn } from './turns/end-turn.ts';
import { loadSession, loadState, type LoadDeps, type Loaded } from './turns/load-state.ts';
import { openInput, type OpenDeps, type Opened } from './turns/open-input.ts';
import { decideRounds, memberOf, type RoundDeps } from './turns/rounds.ts';
import type { Session } from './sessions/session.ts';
import type { TurnInput } from './decision.ts';
import type { Inbound } from './understanding/inbound.ts';

export type TurnDeps<Reply> = Omit<OpenDeps, 'readStanding'> &
  LoadDeps &
  RoundDeps &
  AwayDeps<Reply> & { readonly at?: AtKillPoint };

/** One input from claim to commit: open, understand, decide, ask core, decide again, keep the session, commit. */
export const createRunTurn = <Reply>(deps: TurnDeps<Reply>): RunTurn => {
  const openDeps: OpenDeps = { ...deps, readStanding: deps.payments.readStanding };
  return async (claim: Claim): Promise<TurnOutcome> => {
    const startedAt = monotonicMs();
    await deps.at?.('P4');
    const opened = await openInput(openDeps, claim);
    const outcome = await runSubject(deps, opened);
    deps.metrics.observe('turn', monotonicMs() - startedAt);
    return outcome;
  };
};

const runSubject = <Reply>(deps: TurnDeps<Reply>, opened: Opened): Promise<TurnOutcome> => {
  const { subject, payments, claim } = opened;
  switch (subject.kind) {
    case 'message': {
      const spent = payments.open.find(({ spentBy }) => spentBy?.equals(claim.input.dedupe));
      return spent ? resumePayment(deps, opened, spent) : hearMessage(deps, opened, subject.message);
    }
    case 'notice':
      return tell(deps, opened, { input: { type: 'notice', notice: subject.notice } });
    case 'timer':
      return findOut(deps, opened, subject.timer);
  }
};

const hearMessage = async <Reply>(deps: TurnDeps<Reply>, opened: Opened, message: Inbound): Promise<TurnOutcome> => {
  const { claim, isMember } = opened;
  const state = await loadState(deps, { claim, message, isMember });
  if (state === 'stores away') return answerAway(deps, opened, message);
  await deps.at?.('P5');
  return converse(deps, opened, state);
};

/** The rounds of a turn, and its end. `before` is what payments did before anything was decided. */
const converse = async <Reply>(
  deps: TurnDeps<Reply>,
  opened: Opened,
  { before, ...start }: Loaded & { readonly before?: CarriedOut },
): Promise<TurnOutcome> => {
  const { claim } = opened;
  const decided = await decideRounds(deps, opened, start);
  if (decided === 'lapsed') return { outcome: 'lapsed' };
  await deps.at?.('P9');
  const sessionRef = decided.session ? await keepSession(deps, decided.session) : null;
  const done = decided.done ?? before;
  const outcome = await endTurn(deps, opened, { ...decided, ...(done && { done }), sessionRef, inputs: [claim.input] });
  if (outcome.outcome === 'committed')
    forgetOld(deps, opened, { hadSession: start.session.state === 'live', isOver: !decided.session });
  return outcome;
};

/**
 * This very message has spent an intent, and whatever held it never came to its end. It is carried on, whatever has become
 * of the session since.
 */
const resumePayment = async <Reply>(deps: TurnDeps<Reply>, opened: Opened, intent: Intent): Promise<TurnOutcome> => {
  const { claim } = opened;
  const member = memberOf(opened);
  // Nobody to ask core for: what the row says is told, and its timer goes on looking.
  const done = member ? await deps.payments.resume(claim, member, intent) : undefined;
  const carried = done?.carried ?? { outcome: 'unknown' as const, intent };
  if (carried.outcome === 'lapsed') return { outcome: 'lapsed' };
  const session = await loadSession(deps, claim);
  return converse(deps, opened, {
    session: session === 'stores away' ? { state: 'none' } : session,
    input: { type: 'resumed', carried },
    ...(done && { before: done }),
  });
};

/** A timer: what is still unknown of an intent is looked for, and told when it is found. */
const findOut = async <Reply>(deps: TurnDeps<Reply>, opened: Opened, timer: Reconcile): Promise<TurnOutcome> => {
  const { claim } = opened;
  const done = await deps.payments.reconcile(claim, memberOf(opened), timer);
  await deps.at?.('P9');
  if (!done) return endTurn(deps, opened, { effects: [], sessionRef: claim.sessionRef, inputs: [claim.input] });
  const { carried } = done;
  if (carried.outcome === 'lapsed') return { outcome: 'lapsed' };
  return tell(deps, opened, { input: { type: 'found_out', carried }, done });
};

type Told = {
  readonly input: Extract<TurnInput, { type: 'notice' | 'found_out' }>;
  readonly done?: CarriedOut;
};

/** What did not begin with the person is told beside their visit: neither its clock nor its screen moves. */
const tell = async <Reply>(deps: TurnDeps<Reply>, opened: Opened, { input, done }: Told): Promise<TurnOutcome> => {
  const { claim } = opened;
  const decided = await decideRounds(deps, opened, { session: { state: 'none' }, input });
  if (decided === 'lapsed') return { outcome: 'lapsed' };
  const { effects } = decided;
  return endTurn(deps, opened, {
    effects,
    sessionRef: claim.sessionRef,
    inputs: [claim.input],
    ...(done && { done }),
  });
};

/** What the commit left behind in Redis: the old session at once, and the member's token when the visit is over (S67). */
const forgetOld = <Reply>(
  { sessions, credex }: TurnDeps<Reply>,
  { claim, profile }: Opened,
  { hadSession, isOver }: { readonly hadSession: boolean; readonly isOver: boolean },
): void => {
  const { identityId, sessionRef } = claim;
  // Both end by themselves within five minutes: a failure costs nothing.
  if (sessionRef !== null) void sessions.drop(sessionRef).catch(() => undefined);
  if (hadSession && isOver && profile.phone !== undefined) {
    void credex.forget({ identityId, phone: profile.phone }).catch(() => undefined);
  }
};

/** Redis away costs the session, never what core has done: the turn commits with an empty reference. */
const keepSession = async <Reply>(
  { sessions, noteEvent }: TurnDeps<Reply>,
  session: Session,
): Promise<string | null> => {
  try {
    return await sessions.keep(session);
  } catch (error) {
    if (!isPassing(error)) throw error;
    noteEvent('conversation.session_not_kept', { identityId: session.identityId });
    return null;
  }
};
