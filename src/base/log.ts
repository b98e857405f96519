import { isoTime, systemClock } from './clock.ts';
import { pino, type Logger } from 'pino';

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];
/** What a log line may hold: plain values of named fields. Objects, buffers and errors are not accepted (S28, S57). */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;
/** One JSON object a line on stdout (S60). `event` is `room.verb_past`. */
export type Log = (level: LogLevel, event: string, fields?: LogFields) => void;

export type LogOptions = {
  /** Milliseconds since the epoch; the machine's clock when left out. */
  readonly now?: () => number;
  readonly level: LogLevel;
  readonly env: string;
  readonly role: string;
  readonly version: string;
  readonly write?: (line: string) => void;
};

export const createLog = ({ level, env, role, version, write, now = systemClock.now }: LogOptions): Log => {
  const options = {
    level,
    base: { env, role, version },
    messageKey: 'event',
    timestamp: () => `,"ts":"${isoTime(now())}"`,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  const logger: Logger = write ? pino(options, { write }) : pino(options);
  return (lineLevel, event, fields = {}) => {
    logger[lineLevel](fields, event);
  };
};
