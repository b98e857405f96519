import { readFile, readdir, stat } from 'node:fs/promises';

/** One process for ever: its number alone is given again to another one day. */
export type ProcessIdentity = {
  readonly pid: number;
  /** Ticks from boot to its start: field 22 of proc(5)'s stat. */
  readonly startedTicks: string;
  readonly boot: string;
};

const readBoot = (): Promise<string> => readFile('/proc/sys/kernel/random/boot_id', 'utf8');

const readStat = async (pid: number): Promise<{ state: string; startedTicks: string } | undefined> => {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  // The second field is the program's name in brackets and may itself hold spaces and brackets.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return { state: fields[0] ?? '', startedTicks: fields[19] ?? '' };
};

export const identifyProcess = async (pid: number): Promise<ProcessIdentity> => ({
  pid,
  startedTicks: (await readStat(pid))?.startedTicks ?? '',
  boot: await readBoot(),
});

/** A zombie does not run: it has let go of its files and sockets. */
export const isRunning = async (identity: ProcessIdentity): Promise<boolean> => {
  if (identity.boot !== (await readBoot())) return false;
  const now = await readStat(identity.pid);
  return now !== undefined && !'ZX'.includes(now.state) && now.startedTicks === identity.startedTicks;
};

/** Processes of user `uid` whose command line passes. The command line, because in a container root may not read more. */
export const findProcesses = async (
  uid: number,
  matches: (commandLine: string) => boolean,
): Promise<readonly number[]> => {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const found = await Promise.all(
    pids.map(async (pid) => {
      try {
        if ((await stat(`/proc/${pid}`)).uid !== uid) return undefined;
        const line = (await readFile(`/proc/${pid}/cmdline`, 'utf8')).replaceAll('\0', ' ').trim();
        return line !== '' && matches(line) ? pid : undefined;
      } catch {
        return undefined;
      }
    }),
  );
  return found.filter((pid) => pid !== undefined);
};

/** Signals one that may be gone by now. */
export const signalProcess = (pid: number, signal: NodeJS.Signals): void => {
  try {
    process.kill(pid, signal);
  } catch {
    // Gone already.
  }
};
