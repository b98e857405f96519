import { fork } from 'node:child_process';
import { openFleet } from '../support/fleet.ts';
import { runLoad, type LoadResult } from '../support/load.ts';
import { createWebhookWriter, memberPhone } from '../support/webhooks.ts';

const CONNECTIONS = 64;
const PEOPLE = 5_000;
const ROUNDS = 3;
const WARM_UP_SECONDS = 6;
const ROUND_SECONDS = 4;

export type AcceptRow = {
  /** Durable accepts a second over bare accepts a second, medians of alternating rounds. */
  readonly ratio: number;
  readonly perSecond: number;
  readonly floorPerSecond: number;
  readonly p99SaturatedMs: number;
  readonly p99HalfLoadMs: number;
};

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

export type FloorOrder = {
  readonly kind: 'accept' | 'echo';
  readonly secret: string;
  readonly token?: string;
  readonly graphPort: number;
  readonly graphPath: string;
};

export const openFloor = async (order: FloorOrder): Promise<{ readonly port: number; readonly close: () => void }> => {
  const child = fork(new URL('../support/floor.ts', import.meta.url).pathname);
  child.send(order);
  const port = await new Promise<number>((resolve) => child.once('message', (value) => resolve(value as number)));
  return { port, close: () => child.kill('SIGKILL') };
};

/** Row 1: verify, parse, seal, de-duplicate, lane, commit, 200; 64 connections, 700-byte bodies. */
export const measureAccept = async (dataDir: string, port: number): Promise<AcceptRow> => {
  const fleet = await openFleet({ dataDir, roles: ['serve'], environment: { PORT: String(port) } });
  const [appSecret] = fleet.config.whatsapp.appSecrets;
  if (!appSecret) throw new Error('no app secret');
  const writer = createWebhookWriter(fleet.config.whatsapp.phoneNumberId, appSecret);
  const floor = await openFloor({ kind: 'accept', secret: appSecret.reveal(), graphPort: 0, graphPath: '' });
  let written = 0;
  const next = (): Buffer => writer.write(memberPhone((written += 1) % PEOPLE), 'hi');
  try {
    // Everybody's first message makes an identity; that is no part of the row.
    await runLoad({ port, connections: CONNECTIONS, next, seconds: WARM_UP_SECONDS });
    const ours: LoadResult[] = [];
    const bare: LoadResult[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      bare.push(await runLoad({ port: floor.port, connections: CONNECTIONS, next, seconds: ROUND_SECONDS }));
      ours.push(await runLoad({ port, connections: CONNECTIONS, next, seconds: ROUND_SECONDS }));
    }
    const perSecond = median(ours.map((result) => result.perSecond));
    const half = await runLoad({
      port,
      connections: CONNECTIONS,
      next,
      seconds: ROUND_SECONDS,
      perSecond: perSecond / 2,
    });
    const refused = [...ours, half].reduce((sum, result) => sum + result.refused, 0);
    if (refused > 0) throw new Error(`${String(refused)} of our accepts were refused: the row would be false`);
    const floorPerSecond = median(bare.map((result) => result.perSecond));
    return {
      ratio: perSecond / floorPerSecond,
      perSecond,
      floorPerSecond,
      p99SaturatedMs: median(ours.map((result) => result.p99)),
      p99HalfLoadMs: half.p99,
    };
  } finally {
    floor.close();
    await fleet.stop();
  }
};
