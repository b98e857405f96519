import type { Clock } from '../../base/clock.ts';
import type { Gatherer } from '../../base/gather.ts';
import { deriveUuid, type OutboxId } from '../../base/id.ts';
import type { OutboxMessage } from '../../delivery/outgoing.ts';
import type { CarriedOut, PaymentWork } from '../../payment/payment.ts';
import type { SealedWork } from '../../payment/seal-facts.ts';
import type { Input, TurnOutcome } from '../../queue/queue.ts';
import { isAudited } from '../../watch/events.ts';
import type { AuditEntry } from '../../watch/store.ts';
import type { NoteEvent } from '../../watch/watch.ts';
import type { Effect } from '../decision.ts';
import type { Session } from '../sessions/session.ts';
import type { CommitOutcome, TurnResult } from './commit.ts';
import type { IdentityChange } from './identity-store.ts';
import type { Opened } from './open-input.ts';

export type EndDeps<Reply> = {
  readonly clock: Clock;
  readonly noteEvent: NoteEvent;
  readonly sealReply: (message: OutboxMessage) => Promise<Reply>;
  readonly sealWork: (work: PaymentWork) => Promise<SealedWork>;
  readonly commit: Gatherer<TurnResult<Reply>, CommitOutcome>;
};

export type Ended = {
  readonly effects: readonly Effect[];
  readonly session?: Session | undefined;
  readonly sessionRef: string | null;
  readonly inputs: readonly Input[];
  readonly done?: CarriedOut;
};

/** Everything that a turn decided and did, sealed and handed to the commit that it shares with others. */
export const endTurn = async <Reply>(
  deps: EndDeps<Reply>,
  opened: Opened,
  ended: Ended,
): Promise<Extract<TurnOutcome, { outcome: CommitOutcome }>> => {
  const { claim } = opened;
  const { effects, done, sessionRef } = ended;
  const replies = await Promise.all(repliesOf(opened, effects).map((message) => deps.sealReply(message)));
  const payments = await Promise.all(paymentWorkOf(deps, opened, ended).map((work) => deps.sealWork(work)));
  const outcome = await deps.commit.add({
    end: { claim, inputs: [...ended.inputs, ...(done?.ended ?? [])], sessionRef },
    replies,
    payments,
    timers: done?.timers ?? [],
    identity: identityChange(deps, opened, ended),
    audit: auditOf(deps, opened, effects),
  });
  if (outcome === 'committed') {
    for (const effect of effects)
      if (effect.effect === 'note') deps.noteEvent(effect.event, { identityId: claim.identityId, ...effect.fields });
  }
  return { outcome };
};

const repliesOf = ({ claim, to }: Opened, effects: readonly Effect[]): readonly OutboxMessage[] =>
  effects
    .filter((effect) => effect.effect === 'reply')
    .map((effect, index) => ({
      outboxId: deriveUuid('reply', claim.input.dedupe.toString('hex'), String(index)) as OutboxId,
      identityId: claim.identityId,
      kind: effect.kind,
      to,
      message: effect.message,
      route: claim.input.route,
    }));

/** What was shown and left in this turn, beside what payments did. */
const paymentWorkOf = <Reply>(
  { clock }: EndDeps<Reply>,
  { claim: { identityId } }: Opened,
  { effects, done }: Ended,
): readonly PaymentWork[] => {
  const decided = effects.flatMap((effect): readonly PaymentWork[] => {
    if (effect.effect === 'void_intent') return [{ work: 'void', identityId }];
    if (effect.effect !== 'show_intent') return [];
    const { intentId, draft, nonce: screenNonce } = effect;
    return [{ work: 'show', identityId, intentId, draft, screenNonce, shownAtMs: clock.now() }];
  });
  return [...(done?.work ?? []), ...decided];
};

/** Notes of events that the audit keeps (I9) are entries of this commit. */
const auditOf = <Reply>(
  { clock }: EndDeps<Reply>,
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
  { clock }: EndDeps<Reply>,
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
