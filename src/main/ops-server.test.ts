import { createServer, type AddressInfo } from 'node:net';
import { Counter, Registry } from 'prom-client';
import { afterEach, expect, test } from 'vitest';
import { openOpsServer, type OpsServer, type OpsServerOptions } from './ops-server.ts';
import { createReadiness, type ReadinessDeps } from './readiness.ts';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

/** A free port, or one that is kept busy. */
const findPort = async (keep: boolean): Promise<number> => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const close = () => new Promise((resolve) => server.close(resolve));
  if (keep) closers.push(close);
  else await close();
  return port;
};

const countedRegistry = (count: number): Registry => {
  const registry = new Registry();
  new Counter({ name: 'events', help: 'Events.', registers: [registry] }).inc(count);
  return registry;
};

const notes: string[] = [];
const open = async (change: Partial<OpsServerOptions> = {}): Promise<OpsServer> => {
  const server = await openOpsServer({
    host: '127.0.0.1',
    port: change.port ?? (await findPort(false)),
    isStrict: true,
    readiness: async () => 'ready',
    registry: countedRegistry(1),
    collectChildren: async () => [],
    note: (line) => notes.push(line),
    ...change,
  });
  closers.push(server.close);
  return server;
};

const ask = async (server: OpsServer, path: string, method = 'GET') => {
  const response = await fetch(`${server.url}${path}`, { method });
  return { status: response.status, allow: response.headers.get('allow'), text: await response.text() };
};

test.each([
  ['ready', 200],
  ['degraded', 200],
  ['unavailable', 503],
] as const)('says it is alive in one word, and answers %s with %i', async (word, status) => {
  const server = await open({ readiness: async () => word });
  expect(await ask(server, '/health')).toMatchObject({ status: 200, text: 'ok' });
  expect(await ask(server, '/ready')).toMatchObject({ status, text: word });
});

test('sums its own counters and those of its children (S86)', async () => {
  const children = [await countedRegistry(2).getMetricsAsJSON(), await countedRegistry(4).getMetricsAsJSON()];
  const overChannel = JSON.parse(JSON.stringify(children));
  const server = await open({ collectChildren: async () => overChannel });
  expect((await ask(server, '/metrics')).text).toContain('events 7');
});

test('refuses other methods and unknown paths', async () => {
  const server = await open();
  expect(await ask(server, '/metrics', 'POST')).toMatchObject({ status: 405, allow: 'GET, HEAD' });
  expect(await ask(server, '/metrics/../etc')).toMatchObject({ status: 404, allow: null });
});

test('is off at port 0', async () => {
  expect((await open({ port: 0 })).url).toBeUndefined();
});

test('goes on without its port in development and says so, and fails in production', async () => {
  const port = await findPort(true);
  await expect(open({ port })).rejects.toMatchObject({ code: 'main.ops_port_not_had' });
  expect((await open({ port, isStrict: false })).url).toBeUndefined();
  expect(notes.at(-1)).toContain(`OPS_PORT ${String(port)} is taken`);
});

const checks = (change: Partial<ReadinessDeps>): ReadinessDeps => ({
  askDatabase: async () => undefined,
  findMissing: async () => [],
  askRedis: async () => undefined,
  timeoutMs: 50,
  ...change,
});
const away = () => Promise.reject(new Error('away'));
const never = () => new Promise<never>(() => undefined);

test.each([
  ['ready', {}],
  ['degraded', { askRedis: away }],
  ['degraded', { askRedis: never }],
  ['unavailable', { askDatabase: away }],
  ['unavailable', { askDatabase: never }],
  ['unavailable', { findMissing: async () => ['0002_more.sql'] }],
  ['unavailable', { findMissing: away, askRedis: away }],
])('is %s with %o', async (word, change) => {
  expect(await createReadiness(checks(change))()).toBe(word);
});
