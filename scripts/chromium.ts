import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { runProgram } from './run-program.ts';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];
const INSTALL_TIMEOUT_MS = 10 * 60_000;

/** Path of the Chromium named by CHROMIUM_PATH, else of one on PATH, if there is one. */
export function findChromium(): string | undefined {
  const named = process.env['CHROMIUM_PATH'];
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter(Boolean);
  const candidates = folders.flatMap((folder) => NAMES.map((name) => join(folder, name)));
  return [...(named ? [named] : []), ...candidates].find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * Finds a Chromium or, as root on Debian and its children, installs the distribution's. Playwright's own download is
 * never used: it comes unsigned from a host of its own. Returns the path, or why there is none.
 */
export async function provideChromium(): Promise<{ readonly path: string } | { readonly reason: string }> {
  const found = findChromium();
  if (found) return { path: found };
  if (!existsSync('/etc/debian_version')) return { reason: 'no Chromium on PATH, and no Debian to install it from' };
  if (process.getuid?.() !== 0) return { reason: 'no Chromium on PATH, and only root can install it' };
  console.log('installing Chromium for the browser tests');
  const update = await apt(['update']);
  const install = await apt(['install', '-y', '--no-install-recommends', 'chromium']);
  const path = findChromium();
  return path ? { path } : { reason: `apt-get failed: ${lastLine(install.output) || lastLine(update.output)}` };
}

function apt(args: readonly string[]) {
  return runProgram({
    command: 'apt-get',
    args,
    env: { DEBIAN_FRONTEND: 'noninteractive' },
    timeoutMs: INSTALL_TIMEOUT_MS,
  });
}

function lastLine(text: string): string {
  return text.trimEnd().split('\n').at(-1) ?? '';
}
