import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createMovableClock, monotonicMs, type MovableClock } from '../../src/base/clock.ts';
import { createDatabase, type Database } from '../../src/base/database.ts';
import { fitText } from '../../src/base/fit-text.ts';
import { newChance, newIdentityId, newUuid, type IdentityId, type OutboxId } from '../../src/base/id.ts';
import type { AtKillPoint } from '../../src/base/kill-point.ts';
import type { Phone } from '../../src/base/phone.ts';
import { createDelivery, type Delivery, type DeliveryDeps } from '../../src/delivery/delivery.ts';
import { createGraphClient } from '../../src/delivery/graph/graph-client.ts';
import type { OutboxKind, OutboxMessage } from '../../src/delivery/outgoing.ts';
import { sealReply } from '../../src/delivery/seal-reply.ts';
import { keepReplies } from '../../src/delivery/store.ts';
import { blindIndex, createKeyRing } from '../../src/security/keyring.ts';
import { createSealKey, newKeyBytes } from '../../src/security/seal.ts';
import { createSecret } from '../../src/security/secret.ts';
import { createKeyStore } from '../../src/security/store.ts';
import type { EventName } from '../../src/watch/events.ts';
import type { EventFields } from '../../src/watch/watch.ts';

export type GraphCall = {
  readonly to: string;
  readonly text: string;
  readonly reference: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
};
/** `hang` keeps the connection open without a word; `reset` breaks it after the request was read. */
export type GraphReply =
  | 'accept'
  | 'hang'
  | 'reset'
  | { readonly status: number; readonly body: unknown; readonly headers?: Readonly<Record<string, string>> };

export const graphError = (code: number, status = 400): GraphReply => ({
  status,
  body: { error: { message: 'no', code } },
});

/** Answers like the Graph API, as its `script` says, and remembers what it was asked. */
export const startFakeGraph = async () => {
  const calls: GraphCall[] = [];
  const state = { script: (_: GraphCall, __: number): GraphReply => 'accept' };
  const reply = (response: ServerResponse, said: GraphReply, count: number): void => {
    if (said === 'hang') return;
    if (said === 'reset') return void response.socket?.destroy();
    const accepted = { messaging_product: 'whatsapp', messages: [{ id: `wamid.${count}` }] };
    const { status, body, headers = {} } = said === 'accept' ? { status: 200, body: accepted, headers: {} } : said;
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const json = JSON.parse(Buffer.concat(chunks).toString('utf8'));
      const call: GraphCall = {
        to: json.to,
        text: json.text.body,
        reference: json.biz_opaque_callback_data,
        url: request.url ?? '',
        headers: request.headers,
      };
      const count = calls.push(call);
      reply(response, state.script(call, count), count);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    state,
    textsTo: (to: string) => calls.filter((call) => call.to === to).map(({ text }) => text),
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
};
export type FakeGraph = Awaited<ReturnType<typeof startFakeGraph>>;

export type Person = { readonly identityId: IdentityId; readonly phone: Phone; readonly to: string };
export type OutboxRow = {
  readonly outbox_id: OutboxId;
  readonly state: string;
  readonly tries: number;
  readonly ambiguities: number;
  readonly body: Buffer | null;
  readonly wamid_hash: Buffer | null;
  readonly error_code: number | null;
  readonly receipt: string | null;
};
export type Told = { readonly name: EventName; readonly fields: EventFields };

const newPeople = (count: number): Person[] =>
  Array.from({ length: count }, (_, index) => {
    const phone = `26377000${String(index + 1).padStart(4, '0')}` as Phone;
    return { identityId: newIdentityId(), phone, to: `+${phone}` };
  });

type SenderOptions = Partial<Pick<DeliveryDeps, 'limits' | 'inFlightMax'>> & {
  readonly at?: AtKillPoint;
  readonly timeoutMs?: number;
  readonly url?: string;
};

/** One outbox, one fake Graph, and as many senders as a test starts. */
export const createDeliveryWorld = async (databaseUrl: string) => {
  const database: Database = createDatabase({
    url: databaseUrl,
    connectionsMax: 8,
    applicationName: 'test',
    timeoutMs: 5_000,
  });
  const ring = createKeyRing([createSealKey('test.k1', newKeyBytes())]);
  const keys = createKeyStore({ database, ring, schema: 'bot' });
  const wamidKey = createSealKey('wamid', newKeyBytes());
  const hashWamid = (wamid: string): Buffer => blindIndex(wamidKey, 'wamid', wamid);
  const clock: MovableClock = createMovableClock();
  const graph = await startFakeGraph();
  const told: Told[] = [];
  const senders: Delivery[] = [];
  const clients: { close: () => Promise<void> }[] = [];

  const startSender = ({ timeoutMs = 2_000, url = graph.url, at, ...options }: SenderOptions = {}): Delivery => {
    const accessToken = createSecret('token-of-tests');
    const appSecret = createSecret('secret-of-tests');
    const client = createGraphClient({
      url,
      version: 'v25.0',
      phoneNumberId: '100',
      accessToken,
      appSecret,
      timeoutMs,
    });
    const sender = createDelivery({
      ...{ database, clock, keys, hashWamid, graph: client, chance: newChance },
      noteEvent: (name, fields = {}) => void told.push({ name, fields }),
      metrics: { observe: () => undefined, setGauge: () => undefined },
      limits: { pairPerMinute: 6_000, pairBurst: 1_000, sendPerSecond: 100_000 },
      ...options,
      ...(at === undefined ? {} : { at }),
    });
    senders.push(sender);
    clients.push(client);
    sender.start();
    return sender;
  };

  const toReply = (person: Person, text: string, kind: OutboxKind): OutboxMessage => ({
    ...{
      outboxId: newUuid() as OutboxId,
      identityId: person.identityId,
      kind,
      to: { phone: person.phone },
      route: 'graph',
    },
    message: { kind: 'text', body: fitText(text, 4096) },
  });

  const keepAll = async (messages: readonly OutboxMessage[]): Promise<readonly OutboxId[]> => {
    const sealed = await Promise.all(messages.map((message) => sealReply(keys, message, clock.now())));
    await database.transact((tx) => keepReplies(tx, sealed, clock.offsetMs()));
    for (const sender of senders) sender.wake();
    return messages.map(({ outboxId }) => outboxId);
  };
  const keep = (person: Person, texts: readonly string[], kind: OutboxKind = 'receipt') =>
    keepAll(texts.map((text) => toReply(person, text, kind)));

  const readRow = async (outboxId: OutboxId | undefined): Promise<OutboxRow | undefined> =>
    (await database.query<OutboxRow>('SELECT * FROM bot.outbox WHERE outbox_id = $1', [outboxId]))[0];

  /** What must hold whatever happened: the counter of a recipient is the number of its open rows. */
  const findDrift = (): Promise<readonly object[]> =>
    database.query(
      `SELECT r.identity_id, r.pending FROM bot.recipient r WHERE r.pending <> (
         SELECT count(*) FROM bot.outbox o WHERE o.identity_id = r.identity_id AND o.state IN ('waiting', 'sending', 'ambiguous'))`,
    );

  return {
    ...{ database, clock, graph, told, hashWamid, newPeople, startSender, toReply, keepAll, keep, readRow, findDrift },
    receive: (outboxId: OutboxId | undefined, receipt: string) =>
      database.query('UPDATE bot.outbox SET receipt = $2, receipt_at = now() WHERE outbox_id = $1', [
        outboxId,
        receipt,
      ]),
    namesTold: () => told.map(({ name }) => name),
    /** Stops the senders that can be stopped: one that died never lands. */
    close: async (): Promise<void> => {
      graph.close();
      await Promise.race([
        Promise.all(senders.map((sender) => sender.stop())),
        new Promise((resolve) => setTimeout(resolve, 3_000)),
      ]);
      await Promise.all(clients.map((client) => client.close()));
      await database.close();
    },
  };
};
export type DeliveryWorld = Awaited<ReturnType<typeof createDeliveryWorld>>;

export const until = async (
  condition: () => boolean | Promise<boolean>,
  what: string,
  withinMs = 8_000,
): Promise<void> => {
  const deadlineMs = monotonicMs() + withinMs;
  while (!(await condition())) {
    if (monotonicMs() > deadlineMs) throw new Error(`not within ${withinMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
};
