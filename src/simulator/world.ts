import { createMovableClock, type MovableClock } from '../base/clock.ts';
import { createLog, type Log } from '../base/log.ts';
import { openDoor, type Door } from '../main/compose/door.ts';
import { createGround, type Ground } from '../main/compose/ground.ts';
import { composeBury } from '../main/compose/isolation.ts';
import { countUnanswered, findLedgerProblems } from '../main/compose/look.ts';
import { prepareLedger, seedDemoMembers } from '../main/compose/role.ts';
import { openWorker, type Worker } from '../main/compose/worker.ts';
import { readConfig, type Config } from '../main/config.ts';
import type { EnvironmentSnapshot } from '../main/env.ts';
import { makeSecrets } from '../main/secrets.ts';
import { DISPLAY_PHONE_NUMBER } from './business.ts';
import type { NewPerson } from './people/chat.ts';
import type { SimulatorSettings } from './settings.ts';
import { createSimulator, type Simulator } from './simulator.ts';

/**
 * The real program on temporary storage, in one process: doors, workers, embedded ledger and simulator, wired as `start`
 * wires them, with a clock that the test moves. Journeys and the demo play in it.
 */
export type World = Pick<Simulator, 'people' | 'faults' | 'sent' | 'webhooks'> & {
  readonly clock: MovableClock;
  readonly config: Config;
  readonly grounds: readonly Ground[];
  readonly doors: readonly Door[];
  readonly workers: readonly Worker[];
  readonly simulator: Simulator;
  /** Resolves when every message is answered and every answer delivered; rejects when that takes longer than `timeoutMs`. */
  readonly settle: (timeoutMs?: number) => Promise<void>;
  /** Invariants of the ledger that do not hold. */
  readonly checkLedger: () => Promise<readonly string[]>;
  readonly close: () => Promise<void>;
};

export type WorldOptions = {
  /** Migrated databases; Redis absent = the stand-in. */
  readonly databaseUrl: string;
  readonly redisUrl: string | undefined;
  /** Begins every Redis key. */
  readonly prefix: string;
  readonly doors?: number;
  readonly workers?: number;
  /** Over the defaults of the test environment, by name. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly people?: readonly NewPerson[];
  readonly settings?: Partial<SimulatorSettings>;
  /** Demo members in the ledger; default true. */
  readonly members?: boolean;
  readonly log?: Log;
};

const QUIET_POLL_MS = 10;
const SETTLE_MS = 20_000;

export const openWorld = async (options: WorldOptions): Promise<World> => {
  const { doors: doorCount = 1, workers: workerCount = 1 } = options;
  const clock = createMovableClock();
  const config = readWorldConfig(options.environment ?? {});
  const log =
    options.log ?? createLog({ level: 'error', env: 'test', role: 'world', version: '0', write: () => undefined });
  const newGround = (role: string): Ground =>
    createGround({
      config,
      clock,
      log,
      role,
      databaseUrl: options.databaseUrl,
      ledgerDatabaseUrl: options.databaseUrl,
      redisUrl: options.redisUrl,
      prefix: options.prefix,
      connectionsMax: 5,
    });
  const grounds = Array.from({ length: Math.max(doorCount, workerCount) }, (_, index) =>
    newGround(`world ${String(index)}`),
  );
  const [first] = grounds;
  if (!first) throw new RangeError('a world has at least one door');
  await (options.members === false ? prepareLedger(first) : seedDemoMembers(first));
  const doors = await Promise.all(
    grounds.slice(0, doorCount).map((ground) => openDoor(ground, { host: '127.0.0.1', port: 0 })),
  );
  const simulator = await openWorldSimulator({ config, clock, doors, options });
  const workers = await Promise.all(
    grounds
      .slice(0, workerCount)
      .map((ground) =>
        openWorker(pointAt(ground, simulator.url), { isolate: () => Promise.resolve(), bury: composeBury(ground) }),
      ),
  );
  // In the order of a message's way: what one step has finished is waiting for the next when that is looked at.
  const isQuiet = async (): Promise<boolean> => {
    if (simulator.webhooks.pending() > 0) return false;
    if ((await countUnanswered(first)) > 0) return false;
    const idle = await Promise.all(workers.map(({ delivery }) => delivery.idle()));
    return idle.every(Boolean) && simulator.webhooks.pending() === 0;
  };
  return Object.freeze({
    ...simulator,
    simulator,
    clock,
    config,
    grounds,
    doors,
    workers,
    settle: (timeoutMs = SETTLE_MS) => waitUntil(isQuiet, timeoutMs),
    checkLedger: () => findLedgerProblems(first),
    close: async () => {
      await Promise.all(workers.map((worker) => worker.close()));
      await simulator.close();
      await Promise.all(doors.map((door) => door.close()));
      await Promise.all(grounds.map((ground) => ground.close()));
    },
  });
};

/** Replies of this world go to its own simulator, whose port is known only once it listens. */
const pointAt = (ground: Ground, apiUrl: string): Ground => ({
  ...ground,
  config: { ...ground.config, whatsapp: { ...ground.config.whatsapp, apiUrl } },
});

const readWorldConfig = (environment: Readonly<Record<string, string>>): Config => {
  const snapshot: EnvironmentSnapshot = {
    values: { APP_ENV: 'test', PORT: '0', OPS_PORT: '0', LEDGER_PORT: '0', SIMULATOR_PORT: '0', ...environment },
    texts: {},
    problems: [],
    isRunByNpm: false,
  };
  const read = readConfig(snapshot, { provideSecrets: makeSecrets });
  if (!read.ok) throw new Error(read.problems.join('; '));
  return read.config;
};

type SimulatorParts = {
  readonly config: Config;
  readonly clock: MovableClock;
  readonly doors: readonly Door[];
  readonly options: WorldOptions;
};

const openWorldSimulator = ({ config, clock, doors, options }: SimulatorParts): Promise<Simulator> => {
  const { whatsapp } = config;
  const [appSecret] = whatsapp.appSecrets;
  const [verifyToken] = whatsapp.verifyTokens;
  if (!appSecret || !verifyToken) throw new Error('a world has secrets');
  return createSimulator({
    host: '127.0.0.1',
    port: 0,
    webhookUrls: doors.map(({ webhookUrl }) => webhookUrl),
    appSecret,
    verifyToken,
    accessToken: whatsapp.accessToken,
    phoneNumberId: whatsapp.phoneNumberId,
    businessId: whatsapp.businessId,
    displayPhoneNumber: DISPLAY_PHONE_NUMBER,
    clock,
    settings: { requireAppSecretProof: true, ...options.settings },
    ...(options.people && { people: options.people }),
  });
};

const waitUntil = async (condition: () => Promise<boolean>, timeoutMs: number): Promise<void> => {
  const deadline = performance.now() + timeoutMs;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`the world did not settle within ${String(timeoutMs)} ms`);
    await new Promise((resolve) => setTimeout(resolve, QUIET_POLL_MS));
  }
};
