import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { openLog, readLogTail } from './program.ts';

export type SpawnedKeeper = {
  /** Undefined while it runs. */
  readonly exitCode: () => number | undefined;
  readonly readLog: () => Promise<string>;
};

/** It outlives this command, whose environment holds secrets: it gets only what finding and fetching programs needs. */
const KEPT_VARIABLES = ['PATH', 'HOME', 'TMPDIR', 'http_proxy', 'https_proxy', 'no_proxy'];
const WITH_THOSE_ALONE = `exec env -i LC_ALL=C ${KEPT_VARIABLES.map((name) => `\${${name}:+"${name}=$${name}"}`).join(' ')} "$@"`;

/** In a session of its own, so that Ctrl-C in a terminal does not reach the stores before their users are done. */
export const spawnKeeper = async (dataDir: string): Promise<SpawnedKeeper> => {
  const logFile = join(dataDir, 'keeper.log');
  const log = await openLog(logFile);
  const program = [process.execPath, join(import.meta.dirname, 'keeper.ts'), dataDir];
  const child = spawn('/bin/sh', ['-c', WITH_THOSE_ALONE, 'sh', ...program], {
    cwd: '/',
    detached: true,
    stdio: ['ignore', log.fd, log.fd],
  });
  let code: number | undefined;
  child.on('exit', (exit) => (code = exit ?? 1)).on('error', () => (code = 1));
  child.unref();
  await log.close();
  return Object.freeze({ exitCode: () => code, readLog: () => readLogTail(logFile) });
};
