import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { keepSecrets } from './secrets.ts';

const newFolder = (): string => join(mkdtempSync(join(tmpdir(), 'vimbiso-secrets-')), 'data');

test('keeps what it made, for its owner alone', () => {
  const folder = newFolder();
  const first = keepSecrets(folder)('development');
  expect(keepSecrets(folder)('development')).toEqual(first);
  expect(keepSecrets(folder)('test')).not.toEqual(first);
  expect(statSync(join(folder, 'secrets.json')).mode & 0o777).toBe(0o600);
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  expect(readdirSync(folder)).toEqual(['secrets.json']);
});

test('processes that start at the same moment are given the same secrets', async () => {
  const folder = newFolder();
  const module = new URL('./secrets.ts', import.meta.url).href;
  const code = `const { keepSecrets } = await import('${module}'); console.log(JSON.stringify(keepSecrets(process.argv[1])('test')))`;
  const run = () => promisify(execFile)(process.execPath, ['--input-type=module', '-e', code, folder]);
  const answers = await Promise.all([run(), run(), run()]);
  expect(new Set(answers.map(({ stdout }) => stdout)).size).toBe(1);
  expect(readdirSync(folder)).toEqual(['secrets.json']);
});

test('adds a secret that an older version did not have, once', () => {
  const folder = newFolder();
  keepSecrets(folder)('development');
  const path = join(folder, 'secrets.json');
  const file = JSON.parse(readFileSync(path, 'utf8'));
  delete file.development.JWT_SECRET;
  writeFileSync(path, JSON.stringify(file));
  const added = keepSecrets(folder)('development');
  expect(added.JWT_SECRET.length).toBeGreaterThan(40);
  expect(added.APP_SECRET).toBe(file.development.APP_SECRET);
  expect(keepSecrets(folder)('development')).toEqual(added);
});

test('says which file is damaged and not what stands in it', () => {
  const folder = newFolder();
  keepSecrets(folder)('development');
  writeFileSync(join(folder, 'secrets.json'), '{"development":{"APP_SECRET":"half of a sec');
  expect(() => keepSecrets(folder)('development')).toThrow(
    /^secrets.json in the data folder cannot be read or written$/,
  );
});
