import { chmodSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { newToken, newUuid } from '../base/id.ts';
import { newKeyBytes } from '../security/seal.ts';
import { GENERATED, type GeneratedName, type GeneratedSecrets, type ProvideSecrets } from './config/read-secrets.ts';
import type { Environment } from './config.ts';

const SECRET_BYTES = 36;

const makeSecret = (environment: Environment, name: GeneratedName): string =>
  name === 'ENCRYPTION_KEYS' ? `${environment}.k1:${newKeyBytes().toString('base64')}` : newToken(SECRET_BYTES);

/** Fresh ones, kept nowhere. */
export const makeSecrets = (environment: Environment): GeneratedSecrets =>
  Object.fromEntries(GENERATED.map((name) => [name, makeSecret(environment, name)])) as GeneratedSecrets;

const file = z.record(z.string(), z.record(z.string(), z.string()));
type File = z.infer<typeof file>;

/**
 * The secrets of development and test, made once and kept in `secrets.json` of the data folder, readable by its owner
 * alone. Several processes may come at once: the first to link its finished file into place wins, the others read it.
 */
export const keepSecrets =
  (dataDir: string): ProvideSecrets =>
  (environment) => {
    const makeFile = (): File => ({ development: makeSecrets('development'), test: makeSecrets('test') });
    const kept = keepFile(dataDir, 'secrets.json', makeFile)[environment] ?? {};
    // The file of an older version lacks later names: each then has a file of its own, by the same rule.
    const later = GENERATED.filter((name) => kept[name] === undefined).map((name) => {
      const made = { [environment]: { [name]: makeSecret(environment, name) } };
      return [name, keepFile(dataDir, `secrets.${environment}.${name}.json`, () => made)[environment]?.[name] ?? ''];
    });
    return { ...kept, ...Object.fromEntries(later) } as GeneratedSecrets;
  };

const keepFile = (dataDir: string, name: string, make: () => File): File => {
  const path = join(dataDir, name);
  try {
    return readFile(path) ?? (createFile(dataDir, path, make()), readFile(path)) ?? {};
  } catch (error) {
    // What a parser or the system says may quote the file.
    throw new Error(`${name} in the data folder cannot be read or written`, { cause: error });
  }
};

const readFile = (path: string): File | undefined => {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  chmodSync(path, 0o600);
  return file.parse(JSON.parse(text));
};

const createFile = (dataDir: string, path: string, content: File): void => {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const draft = `${path}.${newUuid()}`;
  writeFileSync(draft, `${JSON.stringify(content, undefined, 2)}\n`, { mode: 0o600, flag: 'wx', flush: true });
  try {
    linkSync(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(draft, { force: true });
  }
};
