import { assert } from '../../base/assert.ts';
import { monotonicMs, type Clock } from '../../base/clock.ts';
import { Fault } from '../../base/fault.ts';
import { deriveUuid, type IntentId } from '../../base/id.ts';
import type { Credex, MemberRef } from '../../credex/credex.ts';
import type { CarriedOut, Payments } from '../../payment/payment.ts';
import type { Metrics } from '../../watch/metrics.ts';
import type { Ask, AskOutcome, Decide, Effect, TurnContext, TurnInput, TurnState } from '../decision.ts';
import type { Session, SessionState } from '../sessions/session.ts';
import { askCore } from './ask.ts';
import type { Opened } from './open-input.ts';

/** Rounds of `decide` in one turn; a fifth would be a loop. */
const ROUNDS_MAX = 4;

export type RoundDeps = {
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly phoneNumberId: string;
  readonly decide: Decide;
  readonly credex: Credex;
  readonly payments: Payments;
};

export type Decided = {
  readonly session: Session | undefined;
  readonly effects: readonly Effect[];
  /** What payments did in this turn, for its commit. */
  readonly done?: CarriedOut;
};

type Start = { readonly session: SessionState; readonly input: TurnInput };

/** Decides, asks what was decided, and decides again on the answer; `lapsed` where the lane is another's by now. */
export const decideRounds = async (deps: RoundDeps, opened: Opened, start: Start): Promise<Decided | 'lapsed'> => {
  const { person, payments } = opened;
  const context = makeContext(deps, opened);
  const effects: Effect[] = [];
  let done: CarriedOut | undefined;
  let state: TurnState = { person, payments, session: start.session };
  let input: TurnInput = start.input;
  for (let round = 1; round <= ROUNDS_MAX; round += 1) {
    const decision = deps.decide(state, input, context);
    effects.push(...decision.effects.filter(({ effect }) => effect !== 'ask'));
    const asks = decision.effects.flatMap((effect) => (effect.effect === 'ask' ? [effect.ask] : []));
    const [ask] = asks;
    if (!ask) return { session: decision.session, effects, ...(done && { done }) };
    assert(asks.length === 1, 'a round asks one thing');
    const answer = await answerAsk(deps, opened, ask);
    if (answer === 'lapsed') return answer;
    done = answer.done ?? done;
    input = { type: 'outcome', outcome: answer.outcome };
    const session: SessionState = decision.session ? { state: 'live', session: decision.session } : { state: 'none' };
    state = { person, payments, session, ...(decision.carry && { carry: decision.carry }) };
  }
  throw new Fault('conversation.rounds_exceeded', { retry: 'never' });
};

/** Ids made in a turn follow from its input, so that a repeat makes the same ones. */
const makeContext = ({ clock, phoneNumberId }: RoundDeps, { claim: { input } }: Opened): TurnContext => {
  const name = input.dedupe.toString('hex');
  return {
    nowMs: clock.now(),
    nonce: deriveUuid('screen', name),
    intentId: deriveUuid('intent', name) as IntentId,
    phoneNumberId,
  };
};

/** Whom core is asked for. Only a person in good standing with a number is known to it. */
export const memberOf = ({ claim: { identityId }, profile, person }: Opened): MemberRef | undefined =>
  profile.phone === undefined || person.standing !== 'open' ? undefined : { identityId, phone: profile.phone };

type Answer = { readonly outcome: AskOutcome; readonly done?: CarriedOut };

const answerAsk = async (deps: RoundDeps, opened: Opened, ask: Ask): Promise<Answer | 'lapsed'> => {
  const { payments, credex, metrics } = deps;
  const { claim } = opened;
  if (ask.ask === 'look_up')
    return { outcome: { ask: 'look_up', intent: await payments.lookUp(claim.identityId, ask.nonce) } };
  const member = memberOf(opened);
  assert(member, 'only a person in good standing with a number asks core');
  const startedAt = monotonicMs();
  try {
    if (ask.ask === 'confirm') {
      const done = await payments.confirm(claim, member, ask);
      const { carried } = done;
      return carried.outcome === 'lapsed' ? 'lapsed' : { outcome: { ask: 'confirm', carried }, done };
    }
    const idempotencyKey = deriveUuid('ask', ask.ask, claim.input.dedupe.toString('hex'));
    return { outcome: await askCore(credex, member, { ask, idempotencyKey }) };
  } finally {
    metrics.observe('core_call', monotonicMs() - startedAt);
  }
};
