import { readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../../..');

const modifiedMs = async (path: string): Promise<number> => (await stat(path)).mtimeMs;

const isFresh = async (built: string): Promise<boolean> => {
  const builtMs = await modifiedMs(join(built, 'index.html')).catch(() => -1);
  const sources = (await readdir(import.meta.dirname)).map((name) => join(import.meta.dirname, name));
  const times = await Promise.all([...sources, join(ROOT, 'package-lock.json')].map(modifiedMs));
  return times.every((time) => time <= builtMs);
};

/** Builds the chat page where it is older than its sources; answers the folder to serve. Needs the development packages. */
export const buildPage = async ({ cacheDir = join(ROOT, '.cache') } = {}): Promise<string> => {
  const built = join(cacheDir, 'simulator-page');
  if (await isFresh(built)) return built;
  const { build } = await import('vite');
  // Two processes may build at once: each in a folder of its own, and one of the two is served.
  const outDir = `${built}.${String(process.pid)}`;
  await build({
    configFile: false,
    root: import.meta.dirname,
    logLevel: 'error',
    oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
    build: {
      outDir,
      emptyOutDir: true,
      // The page's Content-Security-Policy allows neither inline scripts nor data: URLs.
      modulePreload: { polyfill: false },
      assetsInlineLimit: 0,
    },
  });
  await rm(built, { recursive: true, force: true });
  await rename(outDir, built).catch(() => rm(outDir, { recursive: true }));
  return built;
};
