import { setTimeout as sleep } from 'node:timers/promises';
import { signalProcess } from './processes.ts';

type Orphans = {
  readonly find: () => Promise<readonly number[]>;
  /** Those among them that are asked to stop; the others follow by themselves. */
  readonly findLeaders: () => Promise<readonly number[]>;
  readonly signal: NodeJS.Signals;
};

const POLL_MS = 25;
const ALONE_MS = 250;
const STOPPING_MS = 8_000;

/**
 * Ends what a killed keeper or a killed postmaster left behind: politely where somebody is left to ask, then by force.
 * PostgreSQL does not start while a process of its last run still holds the shared memory.
 */
export const endOrphans = async ({ find, findLeaders, signal }: Orphans): Promise<void> => {
  const leaders = await findLeaders();
  for (const pid of leaders) signalProcess(pid, signal);
  const patienceMs = leaders.length > 0 ? STOPPING_MS : ALONE_MS;
  for (let waitedMs = 0; waitedMs < patienceMs; waitedMs += POLL_MS) {
    if ((await find()).length === 0) return;
    await sleep(POLL_MS);
  }
  for (let left = await find(); left.length > 0; left = await find()) {
    for (const pid of left) signalProcess(pid, 'SIGKILL');
    await sleep(POLL_MS);
  }
};
