import { newKeyBytes } from '../../security/seal.ts';
import type { PlainContext } from '../command.ts';
import { EXIT } from '../exit-codes.ts';

/** The id becomes part of what the key seals, so it says where the key belongs and is never used twice. */
export const run = async ({ args, print }: PlainContext): Promise<number> => {
  const { env, id = 'k1' } = args.options;
  if (typeof env !== 'string' || !/^(development|test|staging|production)$/.test(env)) {
    print('--env must be development, test, staging or production');
    return EXIT.failed;
  }
  if (typeof id !== 'string' || !/^[a-z0-9_-]{1,40}$/.test(id)) {
    print('--id must be lower-case letters, digits, - and _');
    return EXIT.failed;
  }
  print(`${env}.${id}:${newKeyBytes().toString('base64')}`);
  return EXIT.done;
};
