import { parseIsoTime, utcDay, type Clock } from '../base/clock.ts';
import type { Gatherer } from '../base/gather.ts';
import { isUuid } from '../base/id.ts';
import { inputContext } from '../queue/queue.ts';
import { blindIndex } from '../security/keyring.ts';
import { seal, type SealKey } from '../security/seal.ts';
import type { KeyStore } from '../security/store.ts';
import { hashWamid, IDENTITY_INDEX_KEY, WAMID_INDEX_KEY } from '../security/wamid.ts';
import type { NoteEvent } from '../watch/watch.ts';
import {
  DAYS_AHEAD,
  DAYS_BEHIND,
  WAITING_BYTES_MAX,
  WAITING_ROWS_MAX,
  type Received,
  type ReceivedMessage,
} from './intake.ts';
import { rowBytes, type Row, type RowOutcome } from './keep.ts';
import { isTooMany, parseBody, readEnvelope } from './parse.ts';
import type { Who } from './resolve.ts';

const DAY_MS = 86_400_000;

export type ReceiveDeps = {
  readonly clock: Clock;
  readonly keyStore: KeyStore;
  readonly keeper: Gatherer<Row, RowOutcome>;
  readonly phoneNumberId: string;
  readonly noteEvent: NoteEvent;
};

/** `full`: the waiting room has no place; nothing was taken. Rejects with the store's fault when nothing could be kept. */
export type ReceiveOutcome = 'kept' | 'full';

/** Keeps everything of a body whose signature holds. Resolves only after the last commit that it needs. */
export type ReceiveSigned = (body: Buffer, route: 'graph' | 'simulator') => Promise<ReceiveOutcome>;

type Keys = { readonly identity: SealKey; readonly wamid: SealKey; readonly ofDay: (day: string) => SealKey };

export const createReceiver = (deps: ReceiveDeps): ReceiveSigned => {
  const { clock, keyStore, keeper, phoneNumberId, noteEvent } = deps;
  let waitingBytes = 0;

  const keysFor = async (days: readonly string[]): Promise<Keys> => {
    const unique = [...new Set(days)];
    const [identity, wamid, ...ofDays] = await Promise.all(
      [IDENTITY_INDEX_KEY, WAMID_INDEX_KEY, ...unique.map((day) => `day.${day}`)].map((name) => keyStore.getKey(name)),
    );
    const byDay = new Map(unique.map((day, index) => [day, ofDays[index]]));
    return { identity: identity as SealKey, wamid: wamid as SealKey, ofDay: (day) => byDay.get(day) as SealKey };
  };

  const toRows = async (body: Buffer, route: 'graph' | 'simulator'): Promise<readonly Row[]> => {
    const today = utcDay(clock.now());
    const envelope = parseBody(body);
    const flaw = envelope === undefined ? 'unparsable' : isTooMany(envelope) ? 'too_many' : undefined;
    if (flaw !== undefined) {
      noteEvent('intake.body_quarantined', { reason: flaw });
      return [quarantineRow(await keysFor([today]), today, { reason: flaw, body })];
    }
    const received = readEnvelope(envelope, phoneNumberId);
    noteReceived(noteEvent, received);
    const dayOf = (message: ReceivedMessage): string => utcDay(message.sentAtMs);
    const isKept = (message: ReceivedMessage): boolean => isWithinDays(dayOf(message), today);
    const timely = received.messages.filter(isKept);
    const untimely = received.messages
      .filter((message) => !isKept(message))
      .map(({ body: text }) => ({ reason: 'time_out_of_range', body: text }));
    const keys = await keysFor([today, ...timely.map(dayOf)]);
    const strange = [...received.unreadable, ...untimely];
    for (const { reason } of strange) noteEvent('intake.message_quarantined', { reason });
    return [
      ...timely.map((message) => messageRow(keys, { message, route, phoneNumberId, day: dayOf(message) })),
      ...received.statuses.map((status) => ({
        row: 'status' as const,
        wamidHash: hashWamid(keys.wamid, phoneNumberId, status.wamid),
        status: status.status,
        atMs: status.atMs,
        outboxId: status.outboxId !== undefined && isUuid(status.outboxId) ? status.outboxId : undefined,
        errorCode: status.errorCode,
      })),
      ...strange.map((item) => quarantineRow(keys, today, item)),
    ];
  };

  return async (body, route) => {
    const rows = await toRows(body, route);
    const bytes = rows.reduce((sum, row) => sum + rowBytes(row), 0);
    if (keeper.size() + rows.length > WAITING_ROWS_MAX || waitingBytes + bytes > WAITING_BYTES_MAX) {
      noteEvent('intake.waiting_room_full', { count: rows.length });
      return 'full';
    }
    waitingBytes += bytes;
    try {
      const outcomes = await Promise.all(rows.map((row) => keeper.add(row)));
      const duplicates = outcomes.filter((outcome) => outcome === 'duplicate').length;
      if (duplicates > 0) noteEvent('intake.duplicate_dropped', { count: duplicates });
      return 'kept';
    } finally {
      waitingBytes -= bytes;
    }
  };
};

const isWithinDays = (day: string, today: string): boolean => {
  const apart = (parseIsoTime(day) - parseIsoTime(today)) / DAY_MS;
  return apart >= -DAYS_BEHIND && apart <= DAYS_AHEAD;
};

type MessageParts = {
  readonly message: ReceivedMessage;
  readonly route: 'graph' | 'simulator';
  readonly phoneNumberId: string;
  readonly day: string;
};

const messageRow = (keys: Keys, { message, route, phoneNumberId, day }: MessageParts): Row => {
  const dedupe = hashWamid(keys.wamid, phoneNumberId, message.wamid);
  const who: Who = {
    ...(message.bsuid && { bsuid: blindIndex(keys.identity, 'bsuid', message.bsuid).toString('hex') }),
    ...(message.phone && { phone: blindIndex(keys.identity, 'phone', message.phone).toString('hex') }),
    ...(message.isShared && { isShared: true }),
  };
  return {
    row: 'message',
    who,
    day,
    dedupe,
    sentAtMs: message.sentAtMs,
    route,
    sealed: seal(message.body, keys.ofDay(day), inputContext(dedupe)),
  };
};

const quarantineRow = (
  keys: Keys,
  today: string,
  { reason, body }: { readonly reason: string; readonly body: Buffer },
): Row => {
  // Keyed: a bare digest of a short message with its number could be guessed.
  const dedupe = blindIndex(keys.wamid, 'quarantine', body.toString('base64'));
  return {
    row: 'quarantine',
    day: today,
    reason,
    dedupe,
    sealed: seal(body, keys.ofDay(today), `quarantine:${dedupe.toString('hex')}`),
  };
};

const noteReceived = (noteEvent: NoteEvent, { valueErrors, ignored }: Received): void => {
  for (const code of valueErrors) noteEvent('intake.value_error_received', { code });
  for (const [reason, count] of Object.entries(ignored)) {
    noteEvent(reason === 'unknown_status' ? 'intake.status_ignored' : 'intake.message_ignored', { reason, count });
  }
};
