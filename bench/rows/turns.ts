import { spawn } from 'node:child_process';
import { systemClock } from '../../src/base/clock.ts';
import { createDatabase } from '../../src/base/database.ts';
import type { Phone } from '../../src/base/phone.ts';
import { initLedger, seedMembers } from '../../src/ledger/seed.ts';
import type { Config } from '../../src/main/config.ts';
import type { Simulator } from '../../src/simulator/simulator.ts';
import { openGraph, sendQueued } from '../support/graph.ts';
import { cpuSeconds, openFleet, peakMemoryMib, readFleetConfig, type Fleet } from '../support/fleet.ts';
import { createWebhookWriter, memberPhone } from '../support/webhooks.ts';
import { openFloor } from './accept.ts';

const MEMBERS = 20_000;
const IN_FLIGHT = 256;
const WARM_UP = 3_000;
const MESSAGES = 10_000;
const SEND_PER_SECOND = 1_000_000;

export type TurnsRow = {
  readonly perSecond: number;
  readonly floorPerSecond: number;
  readonly ratio: number;
  readonly p95Ms: number;
  readonly inFlight: number;
  readonly members: number;
  readonly sendPerSecondLimit: number;
  /** Processor milliseconds a message, by process. */
  readonly cpuMsPerMessage: Readonly<Record<string, number>>;
  readonly workerPeakMib: number;
};

type Play = { readonly perSecond: number; readonly p95Ms: number };

/** N people at a time write "hi"; each writes again, as somebody else, when the answer has reached the fake Graph API. */
type Stage = {
  readonly simulator: Simulator;
  readonly port: number;
  readonly writer: ReturnType<typeof createWebhookWriter>;
};

const play = async ({ simulator, port, writer }: Stage, messages: number): Promise<Play> => {
  const startedAt = performance.now();
  const latencies: number[] = [];
  const wroteAt = new Map<string, number>();
  const queue: Buffer[] = [];
  let written = 0;
  let waiting: (() => void) | undefined;
  const write = (): void => {
    if (written >= messages) return;
    const phone = memberPhone((written * 7_919) % MEMBERS);
    written += 1;
    wroteAt.set(phone, performance.now());
    queue.push(writer.write(phone, 'hi'));
    waiting?.();
  };
  const finished = Promise.withResolvers<void>();
  const stop = simulator.sent.onAccepted(({ who }) => {
    const at = wroteAt.get(who);
    if (at === undefined) return;
    wroteAt.delete(who);
    latencies.push(performance.now() - at);
    if (latencies.length === messages) finished.resolve();
    write();
  });
  const sender = sendQueued(port, queue, (wake) => {
    waiting = wake;
  });
  for (let index = 0; index < IN_FLIGHT; index += 1) write();
  const timeout = setTimeout(
    () => finished.reject(new Error(`${String(messages - latencies.length)} of ${String(messages)} never answered`)),
    120_000,
  );
  await finished.promise;
  clearTimeout(timeout);
  stop();
  sender.stop();
  latencies.sort((a, b) => a - b);
  const seconds = (performance.now() - startedAt) / 1000;
  return { perSecond: messages / seconds, p95Ms: latencies[Math.floor(latencies.length * 0.95)] ?? 0 };
};

/** Row 2, and row 6 read off the same run: full turns "hi" to dashboard sent, `sent` and `delivered` coming back. */
export const measureTurns = async (dataDir: string, port: number, databaseUrl: string): Promise<TurnsRow> => {
  const config = readFleetConfig({ dataDir, environment: { PORT: String(port) } });
  const [appSecret] = config.whatsapp.appSecrets;
  if (!appSecret) throw new Error('no app secret');
  const writer = createWebhookWriter(config.whatsapp.phoneNumberId, appSecret);
  await seedLedger(databaseUrl, config);
  const floor = await measureEcho(config, writer);

  const simulator = await openGraph({ config }, `http://127.0.0.1:${String(port)}/bot/webhook`, 'delivered');
  const environment = {
    PORT: String(port),
    WHATSAPP_API_URL: simulator.url,
    LIMIT_SEND_PER_SECOND: String(SEND_PER_SECOND),
  };
  const fleet = await openFleet({ dataDir, roles: ['serve', 'work'], environment });
  try {
    await play({ simulator, port, writer }, WARM_UP);
    const watched = {
      door: fleet.pids['serve'] ?? 0,
      worker: fleet.pids['work'] ?? 0,
      'generator and fake Graph': process.pid,
    };
    const before = await Promise.all(Object.values(watched).map(cpuSeconds));
    const played = await play({ simulator, port, writer }, MESSAGES);
    const after = await Promise.all(Object.values(watched).map(cpuSeconds));
    return {
      perSecond: played.perSecond,
      floorPerSecond: floor,
      ratio: played.perSecond / floor,
      p95Ms: played.p95Ms,
      inFlight: IN_FLIGHT,
      members: MEMBERS,
      sendPerSecondLimit: SEND_PER_SECOND,
      cpuMsPerMessage: Object.fromEntries(
        Object.keys(watched).map((name, index) => [
          name,
          (((after[index] ?? 0) - (before[index] ?? 0)) * 1000) / MESSAGES,
        ]),
      ),
      workerPeakMib: await peakMemoryMib(fleet.pids['work'] ?? 0),
    };
  } finally {
    await fleet.stop();
    await simulator.close();
  }
};

const seedLedger = async (databaseUrl: string, config: Config): Promise<void> => {
  const database = createDatabase({ url: databaseUrl, connectionsMax: 2, applicationName: 'bench', timeoutMs: 60_000 });
  const phones = Array.from({ length: MEMBERS }, (_, index) => memberPhone(index) as Phone);
  const deps = { database, ring: config.keyRing, clock: systemClock };
  await initLedger(deps);
  await seedMembers(deps, phones);
  await database.close();
};

/** The bare echo bot: HMAC, parse, one send; messages a second until the fake Graph API has them. */
const measureEcho = async (
  config: Fleet['config'],
  writer: ReturnType<typeof createWebhookWriter>,
): Promise<number> => {
  const graph = await openGraph({ config }, 'http://127.0.0.1:9', 'none');
  const [appSecret] = config.whatsapp.appSecrets;
  const floor = await openFloor({
    kind: 'echo',
    secret: appSecret?.reveal() ?? '',
    token: config.whatsapp.accessToken.reveal(),
    graphPort: Number(new URL(graph.url).port),
    graphPath: `/v25.0/${config.whatsapp.phoneNumberId}/messages`,
  });
  try {
    await play({ simulator: graph, port: floor.port, writer }, WARM_UP);
    return (await play({ simulator: graph, port: floor.port, writer }, MESSAGES)).perSecond;
  } finally {
    floor.close();
    await graph.close();
  }
};

export type FarRow = Play & { readonly inFlight: number; readonly graphMs: number; readonly coreMs: number };

const GRAPH_MS = 150;
const CORE_MS = 60;
const FAR_AWAY = new URL('../support/far-away.ts', import.meta.url).pathname;

/** Row 4: the same turns with Graph 150 ms and a core over HTTP 60 ms away, there and back. */
export const measureFar = async (dataDir: string, port: number, databaseUrl: string): Promise<FarRow> => {
  const [nearCore, core, nearGraph] = [port + 10, port + 11, port + 12];
  const environment = {
    PORT: String(port),
    LEDGER_PORT: String(core),
    MYCREDEX_APP_URL: `http://127.0.0.1:${String(nearCore)}`,
    MYCREDEX_IDEMPOTENCY: 'key',
    WHATSAPP_API_URL: `http://127.0.0.1:${String(nearGraph)}`,
    LIMIT_SEND_PER_SECOND: String(SEND_PER_SECOND),
  };
  const config = readFleetConfig({ dataDir, environment });
  const [appSecret] = config.whatsapp.appSecrets;
  if (!appSecret) throw new Error('no app secret');
  const writer = createWebhookWriter(config.whatsapp.phoneNumberId, appSecret);
  await seedLedger(databaseUrl, config);
  const simulator = await openGraph({ config }, `http://127.0.0.1:${String(port)}/bot/webhook`, 'delivered');
  const graph = new URL(simulator.url).port;
  const lines = [
    `${String(nearCore)}:${String(core)}:${String(CORE_MS / 2)}`,
    `${String(nearGraph)}:${graph}:${String(GRAPH_MS / 2)}`,
  ];
  const distance = spawn(process.execPath, [FAR_AWAY, ...lines], { stdio: 'inherit' });
  const fleet = await openFleet({ dataDir, roles: ['serve', 'work', 'ledger'], environment });
  try {
    await play({ simulator, port, writer }, WARM_UP);
    return {
      ...(await play({ simulator, port, writer }, MESSAGES)),
      inFlight: IN_FLIGHT,
      graphMs: GRAPH_MS,
      coreMs: CORE_MS,
    };
  } finally {
    await fleet.stop();
    distance.kill();
    await simulator.close();
  }
};
