import type { PlainContext } from '../command.ts';
import { readConfig, type Environment } from '../config.ts';
import { describeConfig } from '../describe-config.ts';
import { EXIT } from '../exit-codes.ts';
import { makeSecrets } from '../secrets.ts';

/** Looks and changes nothing: secrets that development would keep are made for the moment and forgotten. */
export const run = async ({ snapshot, print }: PlainContext): Promise<number> => {
  const provideSecrets = (environment: Environment) => makeSecrets(environment);
  const read = readConfig(snapshot, { provideSecrets });
  if (!read.ok) {
    for (const problem of read.problems) print(problem);
    return EXIT.configuration;
  }
  print(describeConfig(read.config));
  for (const warning of read.warnings) print(`warning: ${warning}`);
  return EXIT.done;
};
