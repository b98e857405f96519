/** Whether this process can do its work: what a load balancer asks (`/ready`). */
export type Readiness = 'ready' | 'degraded' | 'unavailable';

export type ReadinessDeps = {
  /** Resolves when PostgreSQL answers. */
  readonly askDatabase: () => Promise<unknown>;
  /** Migrations not applied yet. */
  readonly findMissing: () => Promise<readonly string[]>;
  /** Resolves when Redis answers. Its absence costs comfort, never money: degraded, not away (I11). */
  readonly askRedis: () => Promise<unknown>;
  readonly timeoutMs?: number;
};

const TIMEOUT_MS = 1_000;

const answers = async <T>(ask: () => Promise<T>, timeoutMs: number): Promise<T | undefined> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), timeoutMs);
  });
  try {
    return await Promise.race([ask(), late]);
  } catch {
    return undefined;
  } finally {
    clearTimeout(timer);
  }
};

/** Asks all at once, each within the time-out. */
export const createReadiness =
  ({ askDatabase, findMissing, askRedis, timeoutMs = TIMEOUT_MS }: ReadinessDeps) =>
  async (): Promise<Readiness> => {
    const [database, missing, redis] = await Promise.all([
      answers(async () => (await askDatabase(), true), timeoutMs),
      answers(findMissing, timeoutMs),
      answers(async () => (await askRedis(), true), timeoutMs),
    ]);
    if (database === undefined || missing === undefined || missing.length > 0) return 'unavailable';
    return redis === undefined ? 'degraded' : 'ready';
  };
