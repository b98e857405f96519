import { fileURLToPath } from 'node:url';
import { Fault } from '../base/fault.ts';
import type { Reader } from '../base/database.ts';
import { readMigrations, type Migration } from './migration-files.ts';
import {
  fileName,
  readAppliedNumbers,
  withMigrationLock,
  type AppliedMigration,
  type Schema,
} from './migration-store.ts';

export type { Schema } from './migration-store.ts';

const folderOf = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

const FOLDERS: Readonly<Record<Schema, string>> = {
  bot: folderOf('./migrations'),
  ledger: folderOf('../ledger/migrations'),
};
/** In the order in which they are migrated. */
export const MIGRATED_SCHEMAS = Object.keys(FOLDERS) as readonly Schema[];

export type MigrateOptions = {
  readonly databaseUrl: string;
  readonly schema: Schema;
  /** Default that of the schema. */
  readonly folder?: string;
  /** Told each step once it is applied. */
  readonly note?: (line: string) => void;
};

/**
 * Applies what is missing, in order, each step in its own transaction, while other processes wait. Returns the files applied.
 * @throws {Fault} `main.migration_refused` when a released step was changed or the database is of a newer version,
 *   `main.migration_failed` when a step does not run, `main.migration_not_possible` when the database is away.
 */
export const migrate = async (options: MigrateOptions): Promise<readonly string[]> => {
  const { databaseUrl, schema, folder = FOLDERS[schema], note = () => undefined } = options;
  const migrations = await readMigrations(folder);
  return withMigrationLock(databaseUrl, schema, async ({ listApplied, apply }) => {
    const applied = await listApplied();
    const complaint = findMismatch(migrations, applied);
    if (complaint !== undefined) {
      throw new Fault('main.migration_refused', { retry: 'never', detail: `${schema}: ${complaint}` });
    }
    const missing = migrations.slice(applied.length);
    for (const migration of missing) {
      await apply(migration);
      note(`${schema}: applied ${fileName(migration)}`);
    }
    return missing.map(fileName);
  });
};

/** Why this code must not touch that database. */
const findMismatch = (migrations: readonly Migration[], applied: readonly AppliedMigration[]): string | undefined => {
  for (const [index, { number, name, checksum }] of applied.entries()) {
    const known = migrations[index];
    if (number !== index + 1) return `${fileName({ number, name })} is there, an earlier one is not`;
    if (known === undefined) return `${fileName({ number, name })} is of a newer version than this program`;
    if (known.name !== name) return `${fileName({ number, name })} is called ${fileName(known)} here`;
    if (known.checksum !== checksum) return `${fileName(known)} was changed after it was applied`;
  }
  return undefined;
};

export type FindMissingOptions = { readonly database: Reader; readonly schema: Schema; readonly folder?: string };

/** Files not applied yet. A newer database lacks nothing: the code must run on both sides of a migration. */
export const findMissing = async (options: FindMissingOptions): Promise<readonly string[]> => {
  const { database, schema, folder = FOLDERS[schema] } = options;
  const applied = new Set(await readAppliedNumbers(database, schema));
  return (await readMigrations(folder)).filter(({ number }) => !applied.has(number)).map(fileName);
};
