import type { Clock } from '../base/clock.ts';
import type { Limiter, Spending } from './limiter.ts';
import type { WindowLimit } from './limits.ts';

/** The log of one identity and limit: entries by time, and the first refusal of the window. */
type Log = { readonly entries: Map<string, number>; told?: { readonly atMs: number; readonly entry: string } };

export type MemoryLimiterDeps = { readonly clock: Clock; readonly logsMax?: number };

const LOGS_MAX = 20_000;

/** The stand-in where no Redis can be had: same answers, one process; when it is full the log used longest ago goes. */
export const createMemoryLimiter = ({ clock, logsMax = LOGS_MAX }: MemoryLimiterDeps): Limiter => {
  const logs = new Map<string, Log>();

  const logOf = (identityKey: string, { name }: WindowLimit): Log => {
    const key = `${identityKey}:${name}`;
    const log = logs.get(key) ?? { entries: new Map<string, number>() };
    logs.delete(key);
    logs.set(key, log);
    const oldest = logs.size > logsMax ? logs.keys().next().value : undefined;
    if (oldest !== undefined) logs.delete(oldest);
    return log;
  };

  const trim = ({ entries }: Log, sinceMs: number): void => {
    for (const [entry, atMs] of entries) {
      if (atMs > sinceMs) return;
      entries.delete(entry);
    }
  };

  const refuse = (log: Log, { name, max, windowMs }: WindowLimit, entryName: string): Spending => {
    const nowMs = clock.now();
    if (!log.told || nowMs - log.told.atMs >= windowMs) log.told = { atMs: nowMs, entry: entryName };
    const leavingAtMs = max > 0 ? [...log.entries.values()][log.entries.size - max] : nowMs;
    const isFirst = log.told.entry === entryName;
    return { allowed: false, limit: name, isFirst, retryAfterMs: (leavingAtMs ?? nowMs) + windowMs - nowMs };
  };

  return Object.freeze({
    spend: async (identityKey: string, entryName: string, limits: readonly WindowLimit[]): Promise<Spending> => {
      const nowMs = clock.now();
      const spent = limits.map((limit) => ({ limit, log: logOf(identityKey, limit) }));
      if (spent.some(({ log }) => log.entries.has(entryName))) return { allowed: true };
      for (const { limit, log } of spent) {
        trim(log, nowMs - limit.windowMs);
        if (log.entries.size >= limit.max) return refuse(log, limit, entryName);
      }
      for (const { log } of spent) log.entries.set(entryName, nowMs);
      return { allowed: true };
    },
  });
};
