import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { delimiter } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const ROOT = new URL('..', import.meta.url).pathname;

export type Program = {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
};

export type ProgramResult = {
  /** Exit code; 124 after a time-out, 1 where a signal ended it. */
  readonly code: number;
  /** stdout and stderr as they came. */
  readonly output: string;
  readonly tookMs: number;
};

/** Marks in its environment every process that this run starts, however deep, so that strays can be found. */
const MARK = `TEST_RUN_ID=${randomUUID()}`;
const groups = new Set<ChildProcess>();

/** Runs a program of this repository in a process group of its own and ends the whole group with it. */
export async function runProgram({ command, args, env = {}, timeoutMs }: Program): Promise<ProgramResult> {
  const startedAt = performance.now();
  const [markName = '', mark] = MARK.split('=');
  const child = spawn(command, args, {
    cwd: ROOT,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      NO_COLOR: '1',
      FORCE_COLOR: undefined,
      PATH: `${ROOT}node_modules/.bin${delimiter}${process.env['PATH'] ?? ''}`,
      [markName]: mark,
      ...env,
    },
  });
  groups.add(child);
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    endGroup(child);
  }, timeoutMs);
  const code = await new Promise<number>((resolve) => {
    child.once('error', (error) => {
      chunks.push(Buffer.from(`${error.message}\n`));
      resolve(1);
    });
    // `exit`, not `close`: a stray that holds our pipe open must not hold us.
    child.once('exit', (exitCode) => setTimeout(() => resolve(exitCode ?? 1), 50));
  });
  clearTimeout(timer);
  endGroup(child);
  groups.delete(child);
  if (timedOut) chunks.push(Buffer.from(`\nstopped after ${timeoutMs / 1000} s\n`));
  return {
    code: timedOut ? 124 : code,
    output: Buffer.concat(chunks).toString('utf8'),
    tookMs: performance.now() - startedAt,
  };
}

function endGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // Nothing of the group is left.
  }
}

/** Ctrl-C and SIGTERM reach the children too, which sit in groups of their own. */
export function endProgramsOnSignals(): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(signal, () => {
      groups.forEach(endGroup);
      findStrays().forEach(({ pid }) => kill(pid));
      process.exit(130);
    });
}

/**
 * Ends what left its process group and outlived its run (a database server, say), after giving it time to end by
 * itself. Returns what had to be ended. Linux only: elsewhere nothing is found.
 */
export async function endStrays(graceMs: number): Promise<readonly string[]> {
  const deadline = performance.now() + graceMs;
  while (findStrays().length > 0 && performance.now() < deadline) await sleep(100);
  const strays = findStrays();
  strays.forEach(({ pid }) => kill(pid));
  return strays.map(({ pid, command }) => `${pid} ${command}`);
}

function findStrays(): readonly { pid: number; command: string }[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((pid) => {
      if (!readProc(pid, 'environ').split('\0').includes(MARK)) return [];
      const command = readProc(pid, 'cmdline').replaceAll('\0', ' ').trim();
      return command ? [{ pid: Number(pid), command }] : [];
    });
}

function readProc(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return ''; // It ended, or it is another user's.
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended first.
  }
}
