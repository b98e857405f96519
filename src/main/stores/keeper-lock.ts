import { link, mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { newToken } from '../../base/id.ts';
import { identifyProcess, isRunning, type ProcessIdentity } from './processes.ts';

const FREE = 'free';

/**
 * A lock that a killed holder does not keep: numbered files, each naming a process; the highest number decides. Whoever
 * finds that one free or its process gone links the next number, which only one can; the highest is never deleted, so
 * a slow contender that links a number already passed sees a higher one and steps back.
 * Returns `release`, or undefined while another process has the lock.
 */
export const takeLock = async (folder: string): Promise<(() => Promise<void>) | undefined> => {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const highest = await readHighest(folder);
  if (highest > 0 && (await isHeld(join(folder, String(highest))))) return undefined;
  const mine = join(folder, String(highest + 1));
  const written = join(folder, `new-${newToken(6)}`);
  await writeFile(written, JSON.stringify(await identifyProcess(process.pid)), { mode: 0o600 });
  try {
    await link(written, mine);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return undefined;
    throw error;
  } finally {
    await rm(written, { force: true });
  }
  if ((await readHighest(folder)) !== highest + 1) {
    await rm(mine, { force: true });
    return undefined;
  }
  await deleteBelow(folder, highest + 1);
  return async () => {
    // Replaced in one step: a reader sees the holder or a free lock, never a torn file.
    await writeFile(written, FREE, { mode: 0o600 });
    await rename(written, mine);
  };
};

const readNumbers = async (folder: string): Promise<readonly number[]> =>
  (await readdir(folder)).filter((name) => /^\d+$/.test(name)).map(Number);

const readHighest = async (folder: string): Promise<number> => Math.max(0, ...(await readNumbers(folder)));

const deleteBelow = async (folder: string, number: number): Promise<void> => {
  const old = (await readNumbers(folder)).filter((each) => each < number);
  await Promise.all(old.map((each) => rm(join(folder, String(each)), { force: true })));
};

const isHeld = async (file: string): Promise<boolean> => {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  // Deleted since it was listed: a higher number exists, so the lock has just changed hands.
  if (text === undefined) return true;
  if (text === FREE) return false;
  // Power lost before the file's bytes reached the disk leaves it empty.
  if (text === '') return false;
  return isRunning(JSON.parse(text) as ProcessIdentity);
};
