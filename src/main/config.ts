/*
 * What this process is told to be. Arrives: a snapshot of the environment, files of secrets already read. Leaves: one
 * typed, frozen configuration, or every problem at once, by name and never with a value (S81, S96).
 * Promises: staging and production refuse whatever is missing, weak, a sample, in plaintext or contradictory (S29, S42–S46);
 * development and test go on with secrets that `provideSecrets` keeps, and warn of weak ones. A secret has a type that
 * prints `[secret]` (S31).
 * Will not do: read files, the clock or the network; look anything up a second time.
 */
import { assembleConfig } from './config/assemble.ts';
import { checkRuntime, checkUnknownNames } from './config/check-names.ts';
import type { Config } from './config/config-types.ts';
import { createReader } from './config/reader.ts';
import type { ProvideSecrets } from './config/read-secrets.ts';
import type { EnvironmentSnapshot } from './env.ts';

export type { Config, Environment } from './config/config-types.ts';

/** Lines begin with the name they are about. */
export type ReadConfig =
  | { readonly ok: true; readonly config: Config; readonly warnings: readonly string[] }
  | { readonly ok: false; readonly problems: readonly string[] };

export type ReadConfigDeps = {
  /** Gives development and test the secrets that were not given; without it they are missing there too. */
  readonly provideSecrets?: ProvideSecrets;
};

export const readConfig = (snapshot: EnvironmentSnapshot, { provideSecrets }: ReadConfigDeps = {}): ReadConfig => {
  const reader = createReader(snapshot);
  checkUnknownNames(reader, snapshot);
  checkRuntime(reader, snapshot);
  const config = assembleConfig(reader, provideSecrets);
  const problems = reader.problems();
  if (problems.length > 0) return { ok: false, problems };
  return { ok: true, config, warnings: reader.warnings() };
};
