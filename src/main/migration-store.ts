import { Client } from 'pg';
import { describeError, Fault } from '../base/fault.ts';
import type { Reader } from '../base/database.ts';
import type { Migration } from './migration-files.ts';

export type Schema = 'bot' | 'ledger';
export type AppliedMigration = { readonly number: number; readonly name: string; readonly checksum: string };

/** One connection that holds the schema's migration lock. */
export type MigrationSession = {
  readonly listApplied: () => Promise<readonly AppliedMigration[]>;
  /** The step and its note in one transaction. @throws {Fault} `main.migration_failed`, its detail naming file and line. */
  readonly apply: (migration: Migration) => Promise<void>;
};

const CONNECT_TIMEOUT_MS = 5_000;
/** Another process is migrating: it gets this long. */
const LOCK_TIMEOUT_MS = 120_000;

/** Runs `act` on a connection of its own that alone may change this schema; other processes wait for it. */
export const withMigrationLock = async <T>(
  databaseUrl: string,
  schema: Schema,
  act: (session: MigrationSession) => Promise<T>,
): Promise<T> => {
  const client = new Client({
    connectionString: databaseUrl,
    application_name: `vimbisopay migrate ${schema}`,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
  });
  let lost: unknown;
  client.on('error', (error) => {
    lost = error;
  });
  try {
    await client.connect();
    await client.query(`SET lock_timeout = ${LOCK_TIMEOUT_MS}`);
    await client.query(`SELECT pg_advisory_lock(hashtextextended($1, 0))`, [`vimbisopay migrations of ${schema}`]);
    await makeTable(client, schema);
    return await act({
      listApplied: () => readApplied(client, schema),
      apply: (migration) => applyOne(client, schema, migration),
    });
  } catch (error) {
    if (error instanceof Fault || (error instanceof Error && error.name === 'Bug')) throw error;
    const detail = describeError(lost ?? error);
    throw new Fault('main.migration_not_possible', { retry: 'later', detail, cause: error });
  } finally {
    // Ends the session and with it the lock.
    await client.end().catch(() => undefined);
  }
};

/** A role without the right to make a schema may still own one that exists. */
const makeTable = async (client: Client, schema: Schema): Promise<void> => {
  const { rows } = await client.query<{ schema: string | null; found: string | null }>(
    'SELECT to_regnamespace($1)::text AS schema, to_regclass($2)::text AS found',
    [schema, `${schema}.migration`],
  );
  if (!rows[0]?.schema) await client.query(`CREATE SCHEMA ${schema}`);
  if (rows[0]?.found) return;
  await client.query(
    `CREATE TABLE ${schema}.migration (
       number integer PRIMARY KEY CHECK (number > 0),
       name text NOT NULL,
       checksum text NOT NULL,
       applied_at timestamptz NOT NULL DEFAULT now()
     )`,
  );
};

const readApplied = async (client: Pick<Client, 'query'>, schema: Schema): Promise<readonly AppliedMigration[]> => {
  const { rows } = await client.query<AppliedMigration>(
    `SELECT number, name, checksum FROM ${schema}.migration ORDER BY number`,
  );
  return rows;
};

const applyOne = async (client: Client, schema: Schema, { number, name, checksum, sql }: Migration): Promise<void> => {
  await client.query('BEGIN');
  try {
    await client.query(sql);
    await client.query(`INSERT INTO ${schema}.migration (number, name, checksum) VALUES ($1, $2, $3)`, [
      number,
      name,
      checksum,
    ]);
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    const detail = `${fileName({ number, name })}${lineOf(error, sql)}: ${describeError(error)}`;
    throw new Fault('main.migration_failed', { retry: 'never', detail, cause: error });
  }
};

export const fileName = ({ number, name }: { readonly number: number; readonly name: string }): string =>
  `${String(number).padStart(4, '0')}_${name}.sql`;

const lineOf = (error: unknown, sql: string): string => {
  const position = Number((error as { position?: unknown } | null)?.position);
  return position > 0 ? `, line ${sql.slice(0, position).split('\n').length}` : '';
};

/** Numbers that were applied; none where the schema is not there yet. Reads only, without the lock. */
export const readAppliedNumbers = async (database: Reader, schema: Schema): Promise<readonly number[]> => {
  const [found] = await database.query<{ found: string | null }>('SELECT to_regclass($1)::text AS found', [
    `${schema}.migration`,
  ]);
  if (!found?.found) return [];
  const rows = await database.query<{ number: number }>(`SELECT number FROM ${schema}.migration ORDER BY number`);
  return rows.map(({ number }) => number);
};
