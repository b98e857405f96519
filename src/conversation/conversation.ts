/*
 * What to answer, one input at a time.
 * Arrives: a claim of a lane with its sealed input. Leaves: one commit with the input ended, the reply in the outbox, what
 * was learned of the person, audit entries, and the reference of the new session.
 * Promises: every message but a reaction is answered, truthfully, once; the session is only what the lane row refers to;
 * what core has done is never held back for want of a session; while Redis is away nobody waits longer than 30 s.
 * Will not: log in, register or look up anybody whose number's hash is not the one in their identity row.
 */
import { assert } from '../base/assert.ts';
import type { AtKillPoint } from '../base/kill-point.ts';
import { monotonicMs, type Clock } from '../base/clock.ts';
import { Fault, isPassing } from '../base/fault.ts';
import type { Gatherer } from '../base/gather.ts';
import { deriveUuid, type IdentityId, type OutboxId } from '../base/id.ts';
import type { Credex, MemberRef } from '../credex/credex.ts';
import type { OutboxMessage } from '../delivery/outgoing.ts';
import type { Claim, Input, RunTurn, TurnOutcome } from '../queue/queue.ts';
import type { Metrics } from '../watch/metrics.ts';
import { isAudited } from '../watch/events.ts';
import type { AuditEntry } from '../watch/store.ts';
import type { NoteEvent } from '../watch/watch.ts';
import { answerWithoutSession } from './turns/away.ts';
import { askCore } from './turns/ask.ts';
import type { CommitOutcome, TurnResult } from './turns/commit.ts';
import type { IdentityChange } from './turns/identity-store.ts';
import { openInput, peekMessage, type OpenDeps, type Opened } from './turns/open-input.ts';
import type { Session, SessionState, SessionStore } from './sessions/session.ts';
import type { Ask, Decide, Effect, TurnInput, TurnState } from './decision.ts';

/** Rounds of `decide` in one turn; a fifth would be a loop. */
const ROUNDS_MAX = 4;
/** How long a lane waits for Redis before each person gets one answer without it. */
const SESSION_PATIENCE_MS = 30_000;
const SESSION_RETRY_MS = 1_000;
/** Messages that one "try again in a minute" may answer. */
const SHARED_ANSWER_MAX = 50;

export type SpendQuota = (
  identityId: IdentityId,
  inputName: string,
  isMember: boolean,
) => Promise<{ readonly allowed: true } | { readonly allowed: false; readonly isFirst: boolean }>;

export type TurnDeps<Reply> = OpenDeps & {
  readonly clock: Clock;
  readonly noteEvent: NoteEvent;
  readonly metrics: Metrics;
  readonly phoneNumberId: string;
  readonly messageAgeMaxMs: number;
  readonly decide: Decide;
  readonly sessions: SessionStore;
  readonly spendQuota: SpendQuota;
  readonly credex: Credex;
  readonly readWaiting: (claim: Claim, limit: number) => Promise<readonly Input[]>;
  readonly sealReply: (message: OutboxMessage) => Promise<Reply>;
  readonly commit: Gatherer<TurnResult<Reply>, CommitOutcome>;
  readonly at?: AtKillPoint;
};

/** One input from claim to commit: open, understand, decide, ask core, decide again, keep the session, commit. */
export const createRunTurn = <Reply>(deps: TurnDeps<Reply>): RunTurn => {
  const runTurn = async (claim: Claim): Promise<TurnOutcome> => {
    const startedAt = monotonicMs();
    await deps.at?.('P4');
    const opened = await openInput(deps, claim);
    const state = await loadState(deps, opened);
    if (state === 'stores away') return answerAway(deps, opened);
    await deps.at?.('P5');
    const decided = await decideRounds(deps, opened, state);
    await deps.at?.('P9');
    const sessionRef = decided.session ? await keepSession(deps, decided.session) : null;
    const outcome = await commitTurn(deps, opened, { ...decided, sessionRef, inputs: [claim.input] });
    if (outcome.outcome === 'committed')
      forgetOld(deps, opened, { hadSession: state.session.state === 'live', isOver: !decided.session });
    deps.metrics.observe('turn', monotonicMs() - startedAt);
    return outcome;
  };
  return runTurn;
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

type Loaded = { readonly session: SessionState; readonly input: TurnInput };

/** The session that the lane refers to, and this message's place in the person's quotas; both live in Redis. */
const loadState = async <Reply>(
  deps: TurnDeps<Reply>,
  { claim, message, isMember }: Opened,
): Promise<Loaded | 'stores away'> => {
  const { sessions, spendQuota, noteEvent, clock } = deps;
  const { identityId, input, sessionRef } = claim;
  try {
    const loaded = sessionRef === null ? 'none' : await sessions.load(sessionRef, identityId);
    const session = toSessionState(loaded);
    if (loaded === 'unreadable') noteEvent('conversation.session_unreadable', { identityId });
    else if (session.state === 'expired') noteEvent('conversation.session_expired', { identityId });
    const quota = await spendQuota(identityId, input.dedupe.toString('base64url'), isMember);
    if (!quota.allowed) return { session, input: { type: 'over_limit', isFirst: quota.isFirst, message } };
    const isStale = clock.now() - input.orderAtMs > deps.messageAgeMaxMs;
    return { session, input: { type: 'message', message, isStale } };
  } catch (error) {
    if (!isPassing(error)) throw error;
    return 'stores away';
  }
};

const toSessionState = (loaded: Session | 'missing' | 'unreadable' | 'none'): SessionState => {
  if (loaded === 'none') return { state: 'none' };
  return typeof loaded === 'string' ? { state: 'expired' } : { state: 'live', session: loaded };
};

type Decided = { readonly session: Session | undefined; readonly effects: readonly Effect[] };

const decideRounds = async <Reply>(deps: TurnDeps<Reply>, opened: Opened, loaded: Loaded): Promise<Decided> => {
  const { decide, clock, phoneNumberId } = deps;
  const { claim, person } = opened;
  const nonce = deriveUuid('screen', claim.input.dedupe.toString('hex')).slice(0, 8);
  const context = { nowMs: clock.now(), nonce, phoneNumberId };
  const effects: Effect[] = [];
  let state: TurnState = { person, session: loaded.session };
  let input: TurnInput = loaded.input;
  for (let round = 1; round <= ROUNDS_MAX; round += 1) {
    const decision = decide(state, input, context);
    effects.push(...decision.effects.filter(({ effect }) => effect !== 'ask'));
    const asks = decision.effects.flatMap((effect) => (effect.effect === 'ask' ? [effect.ask] : []));
    const [ask] = asks;
    if (!ask) return { session: decision.session, effects };
    assert(asks.length === 1, 'a round asks core one thing');
    input = { type: 'outcome', outcome: await askFor(deps, opened, ask) };
    const session: SessionState = decision.session ? { state: 'live', session: decision.session } : { state: 'none' };
    state = { person, session, ...(decision.carry && { carry: decision.carry }) };
  }
  throw new Fault('conversation.rounds_exceeded', { retry: 'never' });
};

const askFor = async <Reply>(
  { credex, metrics }: TurnDeps<Reply>,
  { claim, profile, person }: Opened,
  ask: Ask,
): Promise<Extract<TurnInput, { type: 'outcome' }>['outcome']> => {
  const { phone } = profile;
  assert(
    phone !== undefined && person.standing === 'open',
    'only a person in good standing with a number is known to core',
  );
  const member: MemberRef = { identityId: claim.identityId, phone };
  const startedAt = monotonicMs();
  const outcome = await askCore(credex, member, {
    ask,
    idempotencyKey: deriveUuid('ask', ask.ask, claim.input.dedupe.toString('hex')),
  });
  metrics.observe('core_call', monotonicMs() - startedAt);
  return outcome;
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

type Ended = {
  readonly effects: readonly Effect[];
  readonly session?: Session | undefined;
  readonly sessionRef: string | null;
  readonly inputs: readonly Input[];
};

const commitTurn = async <Reply>(deps: TurnDeps<Reply>, opened: Opened, ended: Ended): Promise<TurnOutcome> => {
  const { claim } = opened;
  const messages = ended.effects
    .filter((effect) => effect.effect === 'reply')
    .map((effect, index): OutboxMessage => ({
      outboxId: deriveUuid('reply', claim.input.dedupe.toString('hex'), String(index)) as OutboxId,
      identityId: claim.identityId,
      kind: effect.kind,
      to: opened.to,
      message: effect.message,
      route: claim.input.route,
    }));
  const replies = await Promise.all(messages.map((message) => deps.sealReply(message)));
  const outcome = await deps.commit.add({
    end: { claim, inputs: ended.inputs, sessionRef: ended.sessionRef },
    replies,
    identity: identityChange(deps, opened, ended),
    audit: auditOf(deps, opened, ended.effects),
  });
  if (outcome === 'committed') {
    for (const effect of ended.effects)
      if (effect.effect === 'note') deps.noteEvent(effect.event, { identityId: claim.identityId, ...effect.fields });
  }
  return { outcome };
};

/** Notes of events that the audit keeps (I9) are entries of this commit. */
const auditOf = <Reply>(
  { clock }: TurnDeps<Reply>,
  { claim }: Opened,
  effects: readonly Effect[],
): readonly AuditEntry[] =>
  effects.flatMap((effect) => {
    if (effect.effect !== 'note' || !isAudited(effect.event)) return [];
    const reason = effect.fields?.reason;
    const entry = { event: effect.event, atMs: clock.now(), subject: claim.identityId, actor: claim.identityId };
    return [reason === undefined ? entry : { ...entry, reason }];
  });

const identityChange = <Reply>(
  { clock }: TurnDeps<Reply>,
  opened: Opened,
  { effects, session }: Ended,
): IdentityChange | undefined => {
  const remembered = effects.filter((effect) => effect.effect === 'remember');
  const hasJoined = session?.memberId !== undefined && !opened.isMember;
  if (!opened.changed && remembered.length === 0 && !hasJoined) return undefined;
  const language = remembered.find((effect) => effect.language !== undefined)?.language;
  return {
    identityId: opened.claim.identityId,
    ...(opened.changed && { profile: opened.changed }),
    ...(language !== undefined && { language }),
    ...(remembered.some((effect) => effect.numberAsked) && { numberAskedAtMs: clock.now() }),
    ...(hasJoined && { isMember: true as const }),
  };
};

/**
 * Redis is away. HELP and STOP are answered at once, and so is what waits before them; anything else waits up to 30 s,
 * then one answer from PostgreSQL alone serves all of it. The lane keeps its reference: what it names is either still
 * there or gone when Redis is back, and then the person hears that their visit is over.
 */
const answerAway = async <Reply>(deps: TurnDeps<Reply>, opened: Opened): Promise<TurnOutcome> => {
  const { claim, message, person } = opened;
  const { message: reply, isUrgent } = answerWithoutSession(message, person.language);
  const waitedMs = deps.clock.now() - claim.input.keptAtMs;
  const behind = isUrgent ? { others: [], isUrgentNext: false } : await readBehind(deps, opened);
  if (!isUrgent && !behind.isUrgentNext && waitedMs < SESSION_PATIENCE_MS)
    return { outcome: 'away', retryInMs: SESSION_RETRY_MS };
  return commitTurn(deps, opened, {
    effects: reply ? [{ effect: 'reply', kind: 'receipt', message: reply }] : [],
    // A number or key that has changed ends the visit (S12), whatever can be read of it now.
    sessionRef: message.kind === 'system' ? null : claim.sessionRef,
    inputs: [claim.input, ...behind.others],
  });
};

type Behind = { readonly others: readonly Input[]; readonly isUrgentNext: boolean };

/** The messages behind this one that its answer may serve too: as far as the first that has an answer of its own. */
const readBehind = async <Reply>(deps: TurnDeps<Reply>, { claim, person }: Opened): Promise<Behind> => {
  const waiting = await deps.readWaiting(claim, SHARED_ANSWER_MAX);
  for (const [index, input] of waiting.entries()) {
    const message = await peekMessage(deps, input);
    const answer = message && answerWithoutSession(message, person.language);
    if (!answer || answer.isUrgent)
      return { others: waiting.slice(0, index), isUrgentNext: answer?.message !== undefined };
  }
  return { others: waiting, isUrgentNext: false };
};
