import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { systemClock } from '../../src/base/clock.ts';
import { readConfig, type Config } from '../../src/main/config.ts';
import type { EnvironmentSnapshot } from '../../src/main/env.ts';
import { keepSecrets } from '../../src/main/secrets.ts';
import type { StoresControl } from '../../src/main/stores/stores.ts';
import { supervise, type ChildRole, type Supervisor, type SupervisorTimings } from '../../src/main/supervisor.ts';
import type { SimulatorSettings } from '../../src/simulator/settings.ts';
import { createSimulator, type Simulator } from '../../src/simulator/simulator.ts';
import { openCoreWire, type CoreWire } from '../support/core-wire.ts';
import { openTestStores } from '../support/stores.ts';
import { openTownLedger } from './town-ledger.ts';
import { openWire, type Wire } from './wire.ts';
import { until } from './until.ts';

export const ROLES = ['serve-1', 'serve-2', 'work-1', 'work-2'] as const;
export type RoleName = (typeof ROLES)[number];
export type Death = { readonly role: string; readonly reason: string };
type Row = Record<string, unknown>;

/** The real program: two doors and two workers, each a process that the program's own supervisor restarts; own stores. */
export type Town = {
  readonly config: Config;
  readonly simulator: Simulator;
  readonly control: StoresControl;
  readonly supervisor: Supervisor;
  /** `http://host:port` of the two doors. */
  readonly doors: readonly string[];
  /** Between each worker and a core that is served over HTTP; the town's own ledger is behind it. */
  readonly coreWires: Readonly<Record<'work-1' | 'work-2', CoreWire>> | undefined;
  /** Between each worker and Graph. */
  readonly wires: Readonly<Record<'work-1' | 'work-2', Wire>>;
  readonly query: (text: string, values?: readonly unknown[]) => Promise<readonly Row[]>;
  readonly databaseUrl: string;
  /** Accounts of the town's members by handle; none in a town without members. */
  readonly accounts: () => Promise<readonly (readonly [string, string])[]>;
  /** Every end of a process that the supervisor saw, oldest first. */
  readonly deaths: readonly Death[];
  /** Asked at every start of this role from now on for more arguments; absent = as an operator would start it. */
  readonly order: (role: RoleName, more?: () => readonly string[]) => void;
  /** Nothing happens where the role is just being restarted. */
  readonly kill: (role: RoleName, signal: NodeJS.Signals) => void;
  /** SIGKILL to those that live; resolves when they have died of it and begun anew. */
  readonly restartAll: (roles: readonly RoleName[]) => Promise<void>;
  /** Lines of the log that tell of this event, of all processes that ever were. */
  readonly events: (event: string) => Promise<readonly Row[]>;
  /** Resolves, with how long that took, when no lane waits; then when every answer has left. */
  readonly lanesDrained: (withinMs: number) => Promise<number>;
  readonly settled: (withinMs: number) => Promise<number>;
  readonly close: () => Promise<void>;
};

export type TownOptions = {
  readonly settings?: Partial<SimulatorSettings>;
  readonly timings?: Partial<SupervisorTimings>;
  readonly environment?: Readonly<Record<string, string>>;
  /** Absent = the embedded ledger in each worker; else a core over HTTP, with idempotency keys or without. */
  readonly core?: 'key' | 'none';
  /** Members with money, for towns where payments are made. */
  readonly members?: boolean;
};

const PROGRAM = new URL('./role.ts', import.meta.url).pathname;

/** Limits are not the subject: none is met. */
const NO_LIMITS = {
  LIMIT_STRANGER_PER_DAY: '1000000',
  LIMIT_MEMBER_PER_DAY: '1000000',
  LIMIT_MEMBER_PER_MINUTE: '1000000',
  LIMIT_PAIR_PER_MINUTE: '1000000',
  LIMIT_PAIR_BURST: '1000000',
  LIMIT_SEND_PER_SECOND: '100000',
};

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });

const openTownSimulator = (config: Config, doors: readonly string[], settings: Partial<SimulatorSettings> = {}) => {
  const { whatsapp } = config;
  return createSimulator({
    host: '127.0.0.1',
    port: 0,
    webhookUrls: doors.map((door) => `${door}/bot/webhook`),
    appSecret: whatsapp.appSecrets[0]!,
    verifyToken: whatsapp.verifyTokens[0]!,
    accessToken: whatsapp.accessToken,
    phoneNumberId: whatsapp.phoneNumberId,
    businessId: whatsapp.businessId,
    displayPhoneNumber: '15550001000',
    clock: systemClock,
    settings: { retryMaxMs: 500, webhookTimeoutMs: 5_000, historyMax: 5_000, sentMax: 50_000, ...settings },
  });
};

export const openTown = async ({
  settings,
  timings,
  environment = {},
  core,
  members = false,
}: TownOptions = {}): Promise<Town> => {
  const stores = await openTestStores({ own: true });
  const dataDir = await mkdtemp(join(tmpdir(), 'vimbiso-town-'));
  const ports = await Promise.all([freePort(), freePort()]);
  const doors = ports.map((port) => `http://127.0.0.1:${port}`);
  const snapshotWith = (values: Readonly<Record<string, string>>): EnvironmentSnapshot => ({
    values: {
      ...NO_LIMITS,
      APP_ENV: 'test',
      LOG_LEVEL: 'info',
      OPS_PORT: '0',
      DATABASE_URL: stores.databaseUrl,
      REDIS_URL: stores.redisUrl,
      ...environment,
      ...values,
    },
    texts: {},
    problems: [],
    isRunByNpm: false,
  });
  const read = readConfig(snapshotWith({}), { provideSecrets: keepSecrets(dataDir) });
  if (!read.ok) throw new Error(read.problems.join('; '));
  const simulator = await openTownSimulator(read.config, doors, settings);
  const wires = { 'work-1': await openWire(simulator.url), 'work-2': await openWire(simulator.url) };

  const ledgerPort = await freePort();
  const openCore = () => openCoreWire({ target: `http://127.0.0.1:${ledgerPort}`, forgetsKeys: core === 'none' });
  const coreWires = core && { 'work-1': await openCore(), 'work-2': await openCore() };
  const coreOf = (name: 'work-1' | 'work-2'): Readonly<Record<string, string>> =>
    core && coreWires ? { MYCREDEX_APP_URL: coreWires[name].url, MYCREDEX_IDEMPOTENCY: core } : {};

  const orders = new Map<string, () => readonly string[]>();
  const deaths: Death[] = [];
  const role = (name: RoleName, values: Readonly<Record<string, string>>): ChildRole => ({
    name,
    get args() {
      return [name.replace(/-\d$/, ''), '--data', dataDir, ...(orders.get(name)?.() ?? [])];
    },
    snapshot: snapshotWith(values),
  });
  const supervisor = supervise({
    roles: [
      role('serve-1', { PORT: String(ports[0]) }),
      role('serve-2', { PORT: String(ports[1]) }),
      role('work-1', { WHATSAPP_API_URL: wires['work-1'].url, ...coreOf('work-1') }),
      role('work-2', { WHATSAPP_API_URL: wires['work-2'].url, ...coreOf('work-2') }),
    ],
    snapshot: snapshotWith({}),
    program: PROGRAM,
    noteEvent: (_, { detail = '', reason = '' } = {}) => void deaths.push({ role: detail, reason }),
    timings: { restartMaxMs: 1_000, ...timings },
  });
  await supervisor.ready;
  const ledger = members
    ? await openTownLedger({ config: read.config, databaseUrl: stores.databaseUrl, port: ledgerPort })
    : undefined;

  const pool = new pg.Pool({ connectionString: stores.databaseUrl, max: 3, connectionTimeoutMillis: 2_000 });
  pool.on('error', () => undefined);
  const query: Town['query'] = async (text, values = []) => (await pool.query<Row>(text, [...values])).rows;
  const kill = (name: RoleName, signal: NodeJS.Signals): void => {
    const pid = supervisor.pids()[name];
    try {
      if (pid !== undefined) process.kill(pid, signal);
    } catch {
      // It died by itself a moment ago.
    }
  };
  const events: Town['events'] = async (event) => {
    const lines = (await readFile(join(dataDir, 'town.log'), 'utf8')).split('\n');
    return lines.filter((line) => line.endsWith(`"event":"${event}"}`)).map((line) => JSON.parse(line) as Row);
  };
  const isNone = async (text: string): Promise<boolean> =>
    query(`SELECT EXISTS (${text}) AS some`).then(
      ([row]) => row?.['some'] === false,
      () => false,
    );
  // A timer that is due in a while is nothing that waits; what was given back for a moment is.
  const noLaneWaits = (): Promise<boolean> =>
    isNone(`SELECT FROM bot.lane WHERE pending > 0 AND ready_at < now() + interval '5 seconds'`);
  const allLeft = (): Promise<boolean> => isNone('SELECT FROM bot.outbox WHERE ended_at IS NULL');
  return {
    config: read.config,
    simulator,
    control: stores.control!,
    supervisor,
    doors,
    coreWires,
    wires,
    query,
    databaseUrl: stores.databaseUrl,
    accounts: () => ledger?.accounts() ?? Promise.resolve([]),
    deaths,
    order: (name, more = () => []) => void orders.set(name, more),
    kill,
    restartAll: async (names) => {
      const deathsBefore = deaths.length;
      const startsBefore = (await events('main.role_started')).length;
      // One that is dead already begins its next life with what is ordered by now.
      const alive = names.filter((name) => supervisor.pids()[name] !== undefined);
      for (const name of alive) kill(name, 'SIGKILL');
      const isDead = (name: string): boolean => deaths.slice(deathsBefore).some(({ role }) => role === name);
      await until(`${alive.join(', ')} died`, () => alive.every(isDead), 30_000);
      const isBack = async (): Promise<boolean> => {
        const started = (await events('main.role_started')).slice(startsBefore);
        return alive.every((name) => started.some(({ role }) => role === name));
      };
      await until(`${alive.join(', ')} started again`, isBack, 30_000);
    },
    events,
    lanesDrained: (withinMs) => until('lanes are drained', noLaneWaits, withinMs),
    settled: (withinMs) =>
      until(
        'everything is answered',
        async () => simulator.webhooks.pending() === 0 && (await noLaneWaits()) && (await allLeft()),
        withinMs,
      ),
    close: async () => {
      for (const name of ROLES) kill(name, 'SIGCONT');
      await supervisor.stop();
      await simulator.close();
      await Promise.all([...Object.values(wires), ...Object.values(coreWires ?? {})].map((wire) => wire.close()));
      await ledger?.close();
      await pool.end();
      await stores.release();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
};
