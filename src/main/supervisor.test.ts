import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { fork } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import type { EnvironmentSnapshot } from './env.ts';
import { supervise, type Supervisor, type SupervisorTimings } from './supervisor.ts';

// Real processes on a machine that may be busy; nothing here waits longer than it must.
vi.setConfig({ testTimeout: 30_000 });

const folder = mkdtempSync(join(tmpdir(), 'vimbiso-supervisor-'));
const href = (file: string): string => new URL(file, import.meta.url).href;

/** A child that does what its argument says, by the same helpers as every role. */
const program = join(folder, 'child.mjs');
writeFileSync(
  program,
  `import { writeFileSync, appendFileSync } from 'node:fs';
   const { reportToParent } = await import('${href('./report-to-parent.ts')}');
   const { beginLifecycle } = await import('${href('./lifecycle.ts')}');
   const [behaviour, out] = process.argv.slice(2);
   const note = (line) => appendFileSync(out, line + '\\n');
   const parent = reportToParent({ heartbeatMs: 20 });
   const { values } = await parent.receiveEnvironment();
   note('started ' + process.pid + ' ' + values.APP_SECRET + ' ' + (process.env.APP_SECRET ?? 'clean'));
   const log = (level, event, fields) => note(event + ' ' + JSON.stringify(fields));
   const life = beginLifecycle({ role: behaviour, log, noteEvent: () => undefined, parent, graceMs: 200 });
   life.onStop(async () => note('drained'));
   if (behaviour === 'hang-drain') life.onStop(() => new Promise(() => undefined));
   if (behaviour === 'refuse') process.exit(78);
   if (behaviour === 'give-up') { await parent.sayGivenUp('port 1 is taken'); process.exit(1); }
   parent.answerMetrics(async () => [{ name: 'm', type: 'counter', values: [{ value: 1, labels: {} }], aggregator: 'sum' }]);
   parent.sayReady({ url: 'http://' + behaviour });
   if (behaviour === 'crash-once' && !process.argv.includes('x')) setTimeout(() => process.exit(3), 30);
   if (behaviour === 'block') setTimeout(() => { for (;;); }, 30);
   if (behaviour === 'throw') setTimeout(() => { throw new Error('263770000001 has 5 USD'); }, 30);
   if (behaviour === 'reject') setTimeout(() => Promise.reject(new Error('secret text')), 30);
   const code = await life.ended;
   note('ended ' + code);
   process.exit(code);`,
);

const snapshot: EnvironmentSnapshot = {
  values: { APP_SECRET: 'over the channel' },
  texts: {},
  problems: [],
  isRunByNpm: false,
};
const timings: Partial<SupervisorTimings> = {
  silenceMaxMs: 1_500,
  restartMs: 20,
  restartMaxMs: 80,
  watchEveryMs: 50,
  graceMs: 5_000,
};

const running: Supervisor[] = [];
afterEach(async () => {
  for (const supervisor of running.splice(0)) await supervisor.stop();
});

let count = 0;
const begin = (...behaviours: readonly string[]) => {
  const events: { name: string; fields: Readonly<Record<string, unknown>> }[] = [];
  const notes: string[] = [];
  count += 1;
  const outs = behaviours.map((behaviour) => join(folder, `${behaviour}-${String(count)}`));
  for (const out of outs) writeFileSync(out, '');
  const supervisor = supervise({
    roles: behaviours.map((name, index) => ({ name, args: [name, outs[index] ?? ''] })),
    snapshot,
    program,
    timings,
    noteEvent: (name, fields = {}) => events.push({ name, fields }),
    note: (line) => notes.push(line),
  });
  running.push(supervisor);
  const lines = (index = 0) =>
    readFileSync(outs[index] ?? '', 'utf8')
      .split('\n')
      .filter(Boolean);
  return { supervisor, events, notes, lines };
};

/** Until it holds, or for 20 s. */
const until = async (holds: () => boolean): Promise<void> => {
  for (const deadline = performance.now() + 20_000; !holds();) {
    if (performance.now() > deadline) throw new Error('did not come to hold');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};
const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

test('tells when all are ready, hands the environment over the channel, and collects what they count', async () => {
  const { supervisor, lines } = begin('serve', 'work');
  expect(await supervisor.ready).toEqual([
    { name: 'serve', urls: { url: 'http://serve' } },
    { name: 'work', urls: { url: 'http://work' } },
  ]);
  expect(lines()[0]).toMatch(/^started \d+ over the channel clean$/);
  expect(await supervisor.collectMetrics()).toHaveLength(2);
});

test('starts a child that dies again, and says so each time', async () => {
  const { supervisor, events } = begin('serve');
  await supervisor.ready;
  const first = supervisor.pids()['serve'] ?? 0;
  process.kill(first, 'SIGKILL');
  await until(() => (supervisor.pids()['serve'] ?? first) !== first);
  expect(events).toEqual([
    { name: 'main.child_restarted', fields: { reason: 'signal', code: 'signal', detail: 'serve', ms: 20 } },
  ]);
});

test('waits longer from crash to crash, up to its bound', async () => {
  const { events } = begin('crash-once');
  await until(() => events.length >= 4);
  expect(events.slice(0, 4).map(({ fields }) => fields['ms'])).toEqual([20, 40, 80, 80]);
  expect(events[0]?.fields).toMatchObject({ reason: 'exit', code: 3 });
});

test('kills a child whose event loop hangs and starts it again (M14)', async () => {
  const { events } = begin('block');
  await until(() => events.length > 0);
  expect(events[0]?.fields).toMatchObject({ reason: 'silent', detail: 'block' });
});

test('kills a child that was stopped from outside', async () => {
  const { supervisor, events } = begin('serve');
  await supervisor.ready;
  process.kill(supervisor.pids()['serve'] ?? 0, 'SIGSTOP');
  await until(() => events.length > 0);
  expect(events[0]?.fields).toMatchObject({ reason: 'silent' });
});

test.each([
  ['throw', 'exception'],
  ['reject', 'rejection'],
])(
  'a child with an uncaught error (%s) tells its kind, drains, ends with 1 and is started again (M20)',
  async (behaviour, reason) => {
    const { events, lines } = begin(behaviour);
    await until(() => events.length > 0);
    expect(events[0]?.fields).toMatchObject({ reason: 'exit', code: 1 });
    expect(lines().slice(1, 4)).toEqual([
      `main.process_failed {"reason":"${reason}","detail":"Error"}`,
      'drained',
      'ended 1',
    ]);
  },
);

test('lets children drain when it stops, and leaves none running', async () => {
  const { supervisor, events, lines } = begin('serve', 'work');
  await supervisor.ready;
  const pids = Object.values(supervisor.pids());
  await supervisor.stop();
  expect([lines(0).slice(1), lines(1).slice(1)]).toEqual([
    ['drained', 'ended 0'],
    ['drained', 'ended 0'],
  ]);
  expect(pids.filter(isAlive)).toEqual([]);
  expect(events).toEqual([]);
});

test('bounds a drain that does not end', async () => {
  const { supervisor, lines } = begin('hang-drain');
  await supervisor.ready;
  await supervisor.stop();
  expect(lines().slice(1)).toEqual(['main.drain_failed {"reason":"timeout"}', 'ended 1']);
});

test('does not repeat what cannot succeed: a refused configuration, a role that gives up', async () => {
  const refused = begin('refuse');
  expect(await refused.supervisor.failed).toBe(78);
  const givenUp = begin('give-up');
  expect(await givenUp.supervisor.failed).toBe(1);
  expect(givenUp.notes).toEqual(['give-up: port 1 is taken']);
  expect([...refused.events, ...givenUp.events]).toEqual([]);
});

test('children end by themselves when their parent is killed', async () => {
  const out = join(folder, 'orphan');
  writeFileSync(out, '');
  const parent = join(folder, 'parent.mjs');
  writeFileSync(
    parent,
    `const { supervise } = await import('${href('./supervisor.ts')}');
     const supervisor = supervise({ roles: [{ name: 'serve', args: ['serve', '${out}'] }], program: '${program}',
       snapshot: ${JSON.stringify(snapshot)}, noteEvent: () => undefined });
     await supervisor.ready;
     process.send({ pids: supervisor.pids() });`,
  );
  const handle = fork(parent, { execArgv: [] });
  const { pids } = await new Promise<{ pids: Record<string, number> }>((resolve) =>
    handle.once('message', (message) => resolve(message as { pids: Record<string, number> })),
  );
  handle.kill('SIGKILL');
  await until(() => !isAlive(pids['serve'] ?? 0));
  expect(readFileSync(out, 'utf8')).toContain('drained\nended 0\n');
});
