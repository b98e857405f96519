import type { ParseArgsConfig } from 'node:util';
import type { Log } from '../base/log.ts';
import type { Config } from './config.ts';
import type { EnvironmentSnapshot } from './env.ts';
import type { Parent } from './report-to-parent.ts';

/** What stood on the command line after the command's words. */
export type Arguments = {
  readonly words: readonly string[];
  readonly options: Readonly<Record<string, string | boolean | undefined>>;
};

/** What a command is given that needs no environment. */
export type PlainContext = {
  readonly args: Arguments;
  /** Folder of what belongs to this installation (`--data`), and of what can be fetched again (`--cache`). Absolute. */
  readonly dataDir: string;
  readonly cacheDir: string;
  /** A line for the person at the screen, on stdout. */
  readonly print: (line: string) => void;
  /** As environment, where the command sets or needs none; else of the one read. */
  readonly snapshot: EnvironmentSnapshot;
};

export type CommandContext = PlainContext & {
  readonly config: Config;
  readonly log: Log;
  readonly version: string;
  /** Present when this process was started by `supervise`. */
  readonly parent: Parent | undefined;
};

type CommandWords = {
  /** As it is typed: `config check`. */
  readonly name: string;
  /** What follows the name, as usage shows it: `--env NAME`. */
  readonly usage?: string;
  readonly about: string;
  readonly options?: NonNullable<ParseArgsConfig['options']>;
};

/** Loaded when it is called: a cold start reads only what it needs. Returns an exit code of EXIT. */
type Load<Context> = () => Promise<{ readonly run: (context: Context) => Promise<number> }>;

export type PlainCommand = CommandWords & { readonly environment: 'none'; readonly load: Load<PlainContext> };
export type ConfiguredCommand = CommandWords & {
  /** `development`: sets APP_ENV to that where it is unset. */
  readonly environment: 'given' | 'development';
  /** Refuses staging and production: it plays with a simulated world (S42). */
  readonly isPlay?: true;
  readonly load: Load<CommandContext>;
};
export type Command = PlainCommand | ConfiguredCommand;
