import { readFileSync } from 'node:fs';
import { describeError } from '../base/fault.ts';
import type { CommandContext, ConfiguredCommand, PlainContext } from './command.ts';
import { readConfig, type Config } from './config.ts';
import { withValues, type EnvironmentSnapshot } from './env.ts';
import { EXIT } from './exit-codes.ts';
import type { Parent } from './report-to-parent.ts';
import { keepSecrets } from './secrets.ts';

export type RunConfiguredOptions = {
  readonly command: ConfiguredCommand;
  readonly plain: PlainContext;
  readonly parent: Parent | undefined;
  readonly role: string;
  readonly complain: (line: string) => void;
};

/** Reads the configuration, refuses an unsafe one with all its problems (S96), and runs the command. */
export const runConfigured = async (options: RunConfiguredOptions): Promise<number> => {
  const { command, plain, parent, role, complain } = options;
  const snapshot = command.environment === 'development' ? placeInDevelopment(plain.snapshot) : plain.snapshot;
  const read = readConfig(snapshot, { provideSecrets: keepSecrets(plain.dataDir) });
  const problems = read.ok ? refusePlay(command, read.config) : read.problems;
  if (!read.ok || problems.length > 0) {
    complain(`configuration refused, ${problems.length} problem${problems.length === 1 ? '' : 's'}:`);
    for (const problem of problems) complain(`  ${problem}`);
    return EXIT.configuration;
  }
  const { config, warnings } = read;
  const version = readVersion();
  // Loaded late, so that a refusal is quick.
  const { createLog } = await import('../base/log.ts');
  const log = createLog({ level: config.logLevel, env: config.environment, role, version });
  // Once for the tree, not once a child.
  if (parent === undefined) for (const detail of warnings) log('warn', 'main.configuration_weak', { detail });
  const context: CommandContext = { ...plain, snapshot, config, log, version, parent };
  try {
    const { run } = await command.load();
    return await run(context);
  } catch (error) {
    log('error', 'main.command_failed', { detail: explain(error) });
    if (config.debug && error instanceof Error) complain(error.stack ?? '');
    return EXIT.failed;
  }
};

const placeInDevelopment = (snapshot: EnvironmentSnapshot): EnvironmentSnapshot =>
  snapshot.values['APP_ENV'] === undefined && snapshot.values['DJANGO_ENV'] === undefined
    ? withValues(snapshot, { APP_ENV: 'development' })
    : snapshot;

const refusePlay = ({ name, environment, isPlay }: ConfiguredCommand, { isStrict }: Config): readonly string[] =>
  isStrict && (isPlay || environment === 'development') ? [`APP_ENV: ${name} is for development and test only`] : [];

/** What a bug says of itself is ours and carries no data; of any other error only class and code are shown. */
const explain = (error: unknown): string =>
  error instanceof Error && error.name === 'Bug' ? `bug: ${error.message}` : describeError(error);

const readVersion = (): string => {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
};
