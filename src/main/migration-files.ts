import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { assert } from '../base/assert.ts';
import { deriveUuid } from '../base/id.ts';

/** One numbered step of a schema, `0001_house.sql`: forward only, never changed once it was released. */
export type Migration = {
  readonly number: number;
  readonly name: string;
  readonly sql: string;
  /** Follows from the text alone, whatever its line ends. */
  readonly checksum: string;
};

const FILE = /^([0-9]{4})_([a-z0-9_]+)\.sql$/;

/** In order, numbered from 1 without gaps or twins. */
export const readMigrations = async (folder: string): Promise<readonly Migration[]> => {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort();
  const migrations = await Promise.all(names.map((name) => readMigration(folder, name)));
  for (const [index, { number, name }] of migrations.entries()) {
    assert(number === index + 1, `migrations are numbered without gaps: ${name}`);
  }
  return migrations;
};

const readMigration = async (folder: string, fileName: string): Promise<Migration> => {
  const match = FILE.exec(fileName);
  assert(match !== null, `a migration is called NNNN_name.sql: ${fileName}`);
  const sql = (await readFile(join(folder, fileName), 'utf8')).replaceAll('\r\n', '\n');
  return { number: Number(match[1]), name: match[2] ?? '', sql, checksum: deriveUuid(sql) };
};
