import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';

/** Who a store runs as when we are root, which PostgreSQL refuses to run as. */
export type RunAs = { readonly uid: number; readonly gid: number };

type Run = {
  readonly file: string;
  readonly args: readonly string[];
  readonly as?: RunAs | undefined;
  /** Added to the command's own environment. */
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  readonly input?: string;
  readonly timeoutMs?: number;
};
export type Ran = { readonly ok: boolean; readonly out: string; readonly err: string };

const OUTPUT_MAX = 200_000;

/** Runs a program to its end; one that cannot be started, fails or takes too long is `ok: false`. */
export const run = ({ file, args, as, env, cwd = '/', input = '', timeoutMs = 30_000 }: Run): Promise<Ran> =>
  new Promise((settle) => {
    // As a shell's word, env(1) adds to the environment, which this program reads in one place only.
    const added = Object.entries(env ?? {}).map(([name, value]) => `${name}=${value ?? ''}`);
    const [program, words] = added.length === 0 ? [file, args] : ['/usr/bin/env', [...added, file, ...args]];
    const child = spawn(program, words, { cwd, timeout: timeoutMs, killSignal: 'SIGKILL', ...as });
    let out = '';
    let err = '';
    child.stdout.on('data', (bytes: Buffer) => (out = (out + bytes.toString()).slice(-OUTPUT_MAX)));
    child.stderr.on('data', (bytes: Buffer) => (err = (err + bytes.toString()).slice(-OUTPUT_MAX)));
    child.on('error', (error) => settle({ ok: false, out, err: err + error.message }));
    child.on('close', (code) => settle({ ok: code === 0, out, err }));
    child.stdin.on('error', () => undefined).end(input);
  });

/** Whom to become, best first; `[undefined]`, ourselves, when we are not root. */
export const listRunAs = async (): Promise<readonly (RunAs | undefined)[]> => {
  if (process.getuid?.() !== 0) return [undefined];
  const lines = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'));
  const users = ['postgres', 'nobody'].flatMap((name) => {
    const [, , uid, gid] = lines.find(([each]) => each === name) ?? [];
    return uid !== undefined && gid !== undefined ? [{ uid: Number(uid), gid: Number(gid) }] : [];
  });
  return users.length > 0 ? users : [{ uid: 65_534, gid: 65_534 }];
};

/** Whether that user gets into the folder: every folder above it counts, so it is tried rather than computed. */
export const canEnter = async (folder: string, as: RunAs | undefined): Promise<boolean> =>
  (await run({ file: '/bin/sh', args: ['-c', 'cd -- "$1"', 'sh', folder], as })).ok;

/** The full path of a program on PATH. */
export const findOnPath = async (name: string): Promise<string | undefined> => {
  const { ok, out } = await run({ file: '/bin/sh', args: ['-c', 'command -v -- "$1"', 'sh', name] });
  return ok && out.startsWith('/') ? out.trim() : undefined;
};
