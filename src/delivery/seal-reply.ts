import { utcDay } from '../base/clock.ts';
import type { IdentityId, OutboxId } from '../base/id.ts';
import { open, seal } from '../security/seal.ts';
import type { KeyStore } from '../security/store.ts';
import type { OutboxKind, OutboxMessage, Outgoing, Recipient } from './outgoing.ts';

/** A reply as it lies in the outbox: who gets it and what it says only under the key of the day it was made (I10). */
export type SealedReply = {
  readonly outboxId: OutboxId;
  readonly identityId: IdentityId;
  readonly kind: OutboxKind;
  readonly route: OutboxMessage['route'];
  /** `YYYY-MM-DD`, names the key. */
  readonly day: string;
  readonly body: Buffer;
};

export type OpenedReply = { readonly to: Recipient; readonly message: Outgoing };

/** The row's id is bound in: a body that was moved to another row does not open. */
const contextOf = (outboxId: OutboxId): string => `outbox:${outboxId}`;

/** Seals before the turn's transaction begins: no key is fetched while rows are locked. */
export const sealReply = async (keys: KeyStore, reply: OutboxMessage, madeAtMs: number): Promise<SealedReply> => {
  const { outboxId, identityId, kind, route, to, message } = reply;
  const day = utcDay(madeAtMs);
  const key = await keys.getKey(`day.${day}`);
  const plain = Buffer.from(JSON.stringify({ to, message } satisfies OpenedReply));
  return { outboxId, identityId, kind, route, day, body: seal(plain, key, contextOf(outboxId)) };
};

/** Undefined when the body was altered, moved, or its day's key is gone. */
export const openReply = async (
  keys: KeyStore,
  { outboxId, day, body }: Pick<SealedReply, 'outboxId' | 'day' | 'body'>,
): Promise<OpenedReply | undefined> => {
  const plain = open(body, await keys.getKey(`day.${day}`), contextOf(outboxId));
  return plain && (JSON.parse(plain.toString('utf8')) as OpenedReply);
};
