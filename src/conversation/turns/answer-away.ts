import type { Clock } from '../../base/clock.ts';
import type { KeyStore } from '../../security/store.ts';
import type { Claim, Input, TurnOutcome } from '../../queue/queue.ts';
import type { Inbound } from '../understanding/inbound.ts';
import { answerWithoutSession } from './away.ts';
import { endTurn, type EndDeps } from './end-turn.ts';
import { peekMessage, type Opened } from './open-input.ts';

/** How long a lane waits for Redis before each person gets one answer without it. */
const SESSION_PATIENCE_MS = 30_000;
const SESSION_RETRY_MS = 1_000;
/** Messages that one "try again in a minute" may answer. */
const SHARED_ANSWER_MAX = 50;

export type AwayDeps<Reply> = EndDeps<Reply> & {
  readonly clock: Clock;
  readonly keyStore: KeyStore;
  readonly understand: (raw: unknown) => Inbound;
  readonly readWaiting: (claim: Claim, limit: number) => Promise<readonly Input[]>;
};

/**
 * Redis is away. HELP and STOP are answered at once, and so is what waits before them; anything else waits up to 30 s,
 * then one answer from PostgreSQL alone serves all of it. The lane keeps its reference: what it names is either still
 * there or gone when Redis is back, and then the person hears that their visit is over.
 */
export const answerAway = async <Reply>(
  deps: AwayDeps<Reply>,
  opened: Opened,
  message: Inbound,
): Promise<TurnOutcome> => {
  const { claim, person } = opened;
  const { message: reply, isUrgent } = answerWithoutSession(message, person.language);
  const waitedMs = deps.clock.now() - claim.input.keptAtMs;
  const behind = isUrgent ? { others: [], isUrgentNext: false } : await readBehind(deps, opened);
  if (!isUrgent && !behind.isUrgentNext && waitedMs < SESSION_PATIENCE_MS)
    return { outcome: 'away', retryInMs: SESSION_RETRY_MS };
  return endTurn(deps, opened, {
    effects: reply ? [{ effect: 'reply', kind: 'receipt', message: reply }] : [],
    // A number or key that has changed ends the visit (S12), whatever can be read of it now.
    sessionRef: message.kind === 'system' ? null : claim.sessionRef,
    inputs: [claim.input, ...behind.others],
  });
};

type Behind = { readonly others: readonly Input[]; readonly isUrgentNext: boolean };

/** The messages behind this one that its answer may serve too: as far as the first that has an answer of its own. */
const readBehind = async <Reply>(deps: AwayDeps<Reply>, { claim, person, payments }: Opened): Promise<Behind> => {
  const waiting = await deps.readWaiting(claim, SHARED_ANSWER_MAX);
  for (const [index, input] of waiting.entries()) {
    // One that has spent an intent is told what became of it, and nothing else.
    const hasSpent = payments.open.some(({ spentBy }) => spentBy?.equals(input.dedupe));
    const message = hasSpent ? undefined : await peekMessage(deps, input);
    const answer = message && answerWithoutSession(message, person.language);
    if (!answer || answer.isUrgent)
      return { others: waiting.slice(0, index), isUrgentNext: answer?.message !== undefined };
  }
  return { others: waiting, isUrgentNext: false };
};
