/*
 * `npm run bench`: the rows of the speed table, each beside a floor measured in the same run, on stores of its own.
 * Prints what was measured and writes it to bench/results/. No row asserts a time: compare the ratios.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrate } from '../src/main/migrate.ts';
import { openStores } from '../src/main/stores/stores.ts';
import { measureAccept } from './rows/accept.ts';
import { measurePayments } from './rows/payments.ts';
import { measureFar, measureTurns } from './rows/turns.ts';

const ACCEPT_PORT = 18_100;
const TURNS_PORT = 18_101;
const PAYMENTS_PORT = 18_102;
const FAR_PORT = 18_120;

const round = (value: number): number => Math.round(value * 100) / 100;
const rounded = (value: unknown): unknown => {
  if (typeof value === 'number') return round(value);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, rounded(inner)]));
};

const onStores = async <T>(act: (dataDir: string, databaseUrl: string) => Promise<T>): Promise<T> => {
  const dataDir = await mkdtemp(join(tmpdir(), 'vimbiso-bench-'));
  const stores = await openStores({ dataDir, cacheDir: '.cache', allowMemoryRedis: false, note: () => undefined });
  try {
    await migrate({ databaseUrl: stores.databaseUrl, schema: 'bot' });
    await migrate({ databaseUrl: stores.databaseUrl, schema: 'ledger' });
    return await act(dataDir, stores.databaseUrl);
  } finally {
    await stores.release();
    await rm(dataDir, { recursive: true, force: true });
  }
};

const machine = { processors: cpus().length, model: cpus()[0]?.model ?? 'unknown', node: process.version };
console.log(
  `On ${String(machine.processors)} processors (${machine.model}), Node ${machine.node}; load generator and stores included.\n`,
);

const accept = await onStores((dataDir) => measureAccept(dataDir, ACCEPT_PORT));
console.log(
  `1. durable accept         ${accept.perSecond.toFixed(0)}/s, ${accept.ratio.toFixed(2)} of the floor (bare node:http + HMAC, ${accept.floorPerSecond.toFixed(0)}/s)   bar 0.30, aim 0.45`,
);
console.log(
  `                          p99 ${accept.p99SaturatedMs.toFixed(1)} ms saturated (bar 25), ${accept.p99HalfLoadMs.toFixed(1)} ms at half load (bar 15)`,
);

const turns = await onStores((dataDir, databaseUrl) => measureTurns(dataDir, TURNS_PORT, databaseUrl));
console.log(
  `2. full turns             ${turns.perSecond.toFixed(0)}/s, ${turns.ratio.toFixed(2)} of the floor (bare echo bot + HMAC, ${turns.floorPerSecond.toFixed(0)}/s)   bar 400/s, aim 1,000/s`,
);
console.log(
  `                          ${String(turns.inFlight)} in flight of ${String(turns.members)} members, p95 ${turns.p95Ms.toFixed(0)} ms, LIMIT_SEND_PER_SECOND ${String(turns.sendPerSecondLimit)}`,
);
for (const [name, ms] of Object.entries(turns.cpuMsPerMessage))
  console.log(`                          ${ms.toFixed(2)} ms of processor a message: ${name}`);
const payments = await onStores((dataDir, databaseUrl) => measurePayments(dataDir, PAYMENTS_PORT, databaseUrl));
console.log(
  `3. payment conversations  ${payments.perSecond.toFixed(0)}/s (${payments.messagesPerSecond.toFixed(0)} messages/s), p95 ${payments.p95Ms.toFixed(0)} ms for all seven messages, ${String(payments.inFlight)} in flight   bar 60/s, aim 150/s`,
);
const far = await onStores((dataDir, databaseUrl) => measureFar(dataDir, FAR_PORT, databaseUrl));
console.log(
  `4. far away               ${far.perSecond.toFixed(0)}/s, p95 ${far.p95Ms.toFixed(0)} ms, ${String(far.inFlight)} in flight, Graph ${String(far.graphMs)} ms and core ${String(far.coreMs)} ms away   bar 600/s and p95 500 ms, aim 1,000/s`,
);
console.log(
  `6. memory of the worker   ${turns.workerPeakMib.toFixed(0)} MiB at its peak under row 2   bar 200, aim 150`,
);

await mkdir('bench/results', { recursive: true });
const file = `bench/results/${new Date().toISOString().replaceAll(':', '-')}.json`;
await writeFile(
  file,
  `${JSON.stringify(rounded({ machine, accept, turns, payments, far, memory: { workerPeakMib: turns.workerPeakMib } }), undefined, 2)}\n`,
);
console.log(`\nWritten to ${file}.`);
