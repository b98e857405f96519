import { Pool, types, type PoolClient, type QueryResultRow } from 'pg';
import { Fault } from './fault.ts';

/** Runs one statement; inside a transaction when it is a `Transactor`'s. Values are bound, never spliced (S76). */
export type Query = <Row extends QueryResultRow = QueryResultRow>(
  text: string,
  values?: readonly unknown[],
) => Promise<readonly Row[]>;

declare const transacting: unique symbol;
/** A function that takes a Transactor writes within its caller's transaction; one that takes a Reader only reads. */
export type Transactor = { readonly query: Query; readonly [transacting]: true };
export type Reader = { readonly query: Query };

export type Database = Reader & {
  /** One transaction; a deadlock, lost lock or serialisation failure is repeated up to 5 times. `act` must be repeatable. */
  readonly transact: <T>(act: (tx: Transactor) => Promise<T>) => Promise<T>;
  readonly listen: (channel: string, hear: () => void) => Promise<() => Promise<void>>;
  readonly close: () => Promise<void>;
};

export type DatabaseOptions = {
  readonly url: string;
  readonly connectionsMax: number;
  readonly applicationName: string;
  /** Bound on one statement, on waiting for a connection, and on connecting. */
  readonly timeoutMs: number;
  readonly caPem?: string;
  /**
   * Commits return before they are on disk: a crash of PostgreSQL may undo the last half second of them, in order, and
   * nothing else can. For what costs only time when it is lost: a lease, a mark of what Graph said.
   */
  readonly isLoose?: boolean;
};

types.setTypeParser(types.builtins.INT8, (text) => BigInt(text));
types.setTypeParser(types.builtins.DATE, (text) => text);

const PASSING_STATES = new Set([
  '40001',
  '40P01',
  '55P03',
  '57014',
  '57P01',
  '57P02',
  '57P03',
  '53300',
  '53200',
  '25006',
]);
const REPEAT_STATES = new Set(['40001', '40P01', '55P03']);
/**
 * PostgreSQL looks for deadlocks after waiting for this long (`deadlock_timeout`), and only a superuser may shorten it.
 * Statements that may not take as long give up a lock earlier, which ends a deadlock just as well, and are repeated.
 */
const DEADLOCK_TIMEOUT_MS = 1_000;

const stateOf = (error: unknown): string | undefined => {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : undefined;
};

/** SQLSTATE classes 22 and 23: the statement was refused for its data. */
export const isDataRefusal = (error: unknown): boolean => {
  const state = error instanceof Fault ? stateOf(error.cause) : stateOf(error);
  return state !== undefined && /^2[23]/.test(state) && state.length === 5;
};

/** An SQLSTATE that says what is wrong with our statement is a bug and stays as it is; all else says the store is away. */
const toFault = (error: unknown): unknown => {
  const state = stateOf(error);
  // Every SQLSTATE in use holds a digit; `EPIPE`, a socket's word for a store that is away, has the same length.
  const isSqlState = state !== undefined && /^(?=.*[0-9])[0-9A-Z]{5}$/.test(state);
  if (isSqlState && !PASSING_STATES.has(state) && !state.startsWith('08')) return error;
  if (error instanceof Fault) return error;
  return new Fault('base.database_away', { retry: 'later', detail: state ?? 'no connection', cause: error });
};

/**
 * Plans for short statements on cached pages: by index, made once a connection and statement, without a compiler.
 * Planning a turn's statements anew each time took PostgreSQL longer than running them (421 turns/s against 559,
 * November 2026).
 */
const SHORT_PLANS = '-c random_page_cost=1.1 -c jit=off -c enable_seqscan=off -c plan_cache_mode=force_generic_plan';

/** Names of prepared statements: a text is a constant of a store, so there are as many as there are statements. */
const createNames = (): ((text: string) => string) => {
  const names = new Map<string, string>();
  return (text) => {
    const name = names.get(text) ?? `v${String(names.size)}`;
    names.set(text, name);
    return name;
  };
};
const nameOf = createNames();

const queryOn =
  (client: Pick<PoolClient, 'query'>): Query =>
  async (text, values) => {
    try {
      const { rows } = values
        ? await client.query({ name: nameOf(text), text, values: values as unknown[] })
        : await client.query(text);
      return rows as never;
    } catch (error) {
      throw toFault(error);
    }
  };

export const createDatabase = (options: DatabaseOptions): Database => {
  const { url, connectionsMax, applicationName, timeoutMs, caPem, isLoose = false } = options;
  const pool = new Pool({
    connectionString: url,
    max: connectionsMax,
    application_name: applicationName,
    connectionTimeoutMillis: timeoutMs,
    statement_timeout: timeoutMs,
    ...(timeoutMs <= DEADLOCK_TIMEOUT_MS && { lock_timeout: Math.ceil(timeoutMs / 3) }),
    query_timeout: timeoutMs + 500,
    idle_in_transaction_session_timeout: 4 * timeoutMs,
    keepAlive: true,
    options: `${SHORT_PLANS}${isLoose ? ' -c synchronous_commit=off' : ''}`,
    ...(caPem === undefined ? {} : { ssl: { ca: caPem } }),
  });
  // A connection that dies while idle: the next query takes another one.
  pool.on('error', () => undefined);

  const connect = async (): Promise<PoolClient> => {
    try {
      return await pool.connect();
    } catch (error) {
      throw toFault(error);
    }
  };

  const transactOnce = async <T>(act: (tx: Transactor) => Promise<T>): Promise<T> => {
    const client = await connect();
    const query = queryOn(client);
    let broken: Error | undefined;
    const onError = (error: Error): void => {
      broken = error;
    };
    client.on('error', onError);
    try {
      await query('BEGIN');
      const value = await act({ query } as Transactor);
      await query('COMMIT');
      return value;
    } catch (error) {
      await client.query('ROLLBACK').catch((failure: unknown) => {
        broken = failure as Error;
      });
      throw error;
    } finally {
      client.removeListener('error', onError);
      client.release(broken);
    }
  };

  return Object.freeze({
    query: queryOn(pool as unknown as Pick<PoolClient, 'query'>),
    transact: async <T>(act: (tx: Transactor) => Promise<T>) => {
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await transactOnce(act);
        } catch (error) {
          const state = stateOf(error instanceof Fault ? error.cause : error);
          if (attempt >= 5 || state === undefined || !REPEAT_STATES.has(state)) throw error;
        }
      }
    },
    listen: (channel: string, hear: () => void) => listen(connect, channel, hear),
    close: () => pool.end(),
  });
};

/** Hears NOTIFY on one connection of the pool; reconnects after a loss. Hearing is a wake-up, never the only way to learn. */
const listen = async (
  connect: () => Promise<PoolClient>,
  channel: string,
  hear: () => void,
): Promise<() => Promise<void>> => {
  let client: PoolClient | undefined;
  let closed = false;
  let timer: NodeJS.Timeout | undefined;
  const retry = (): void => {
    client = undefined;
    if (!closed) timer = setTimeout(() => void open(), 500);
  };
  const open = async (): Promise<void> => {
    const opened = await connect().catch(() => undefined);
    if (opened === undefined) return retry();
    if (closed) return opened.release();
    client = opened;
    // A connection may be lost twice, by its own error and by its statement's: it is given up and replaced once.
    let isLost = false;
    const lose = (): void => {
      if (isLost || closed) return;
      isLost = true;
      opened.release(true);
      retry();
    };
    opened.on('error', lose);
    opened.on('notification', hear);
    await opened.query(`LISTEN ${channel}`).then(hear, lose);
  };
  await open();
  return async () => {
    closed = true;
    clearTimeout(timer);
    client?.release(true);
    await Promise.resolve();
  };
};
