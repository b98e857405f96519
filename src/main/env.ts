import { readFileSync, statSync } from 'node:fs';
import { isOurs, SECRET_NAMES } from './config/names.ts';

/** What the process was given: taken once, plain data that may be handed to a child, never looked up again. */
export type EnvironmentSnapshot = {
  /** Values under the names they came by, those of `NAME_FILE` under `NAME`; nothing that does not concern this program. */
  readonly values: Readonly<Record<string, string>>;
  /** What the files hold that `*_CA_FILE` name. */
  readonly texts: Readonly<Record<string, string>>;
  /** What could not be taken: names and reasons, no values. */
  readonly problems: readonly string[];
  /** Set by npm for what it runs: npm's shell does not pass a signal on. */
  readonly isRunByNpm: boolean;
};

type Source = Record<string, string | undefined>;

const CA_FILES = ['DATABASE_CA_FILE', 'REDIS_CA_FILE', 'OUTBOUND_CA_FILE'];
/** Settings of Node's own that can undo what the configuration promises. */
const RUNTIME_NAMES = ['NODE_TLS_REJECT_UNAUTHORIZED', 'NODE_OPTIONS'];
const FILE_BYTES_MAX = 256 * 1024;

/**
 * Takes the environment and then takes the secrets out of it, so that no child, crash report or later reader finds them
 * there (S31). An empty value counts as absent: it must never pass for a secret.
 */
export const takeEnvironment = (source: Source = process.env): EnvironmentSnapshot => {
  const values: Record<string, string> = {};
  const texts: Record<string, string> = {};
  const problems: string[] = [];
  const read = (name: string, path: string): string | undefined => {
    const file = readSmallFile(path);
    if (file.ok) return file.text;
    problems.push(`${name}: the file ${file.why}`);
    return undefined;
  };

  for (const [name, value] of Object.entries(source)) {
    if (value !== undefined && value !== '' && (isOurs(name) || RUNTIME_NAMES.includes(name))) values[name] = value;
  }
  for (const name of CA_FILES) {
    const text = values[name] === undefined ? undefined : read(name, values[name]);
    if (text !== undefined) texts[name] = text;
  }
  for (const name of SECRET_NAMES) {
    const path = values[`${name}_FILE`];
    if (path !== undefined && values[name] !== undefined)
      problems.push(`${name}: given both itself and as ${name}_FILE`);
    const text = path === undefined ? undefined : read(`${name}_FILE`, path)?.replace(/(\r?\n)+$/, '');
    if (text === '') problems.push(`${name}_FILE: the file is empty`);
    else if (text !== undefined) values[name] = text;
    delete values[`${name}_FILE`];
    delete source[name];
  }
  return { values, texts, problems, isRunByNpm: source['npm_lifecycle_event'] !== undefined };
};

type SmallFile = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly why: string };

/** Regular files only: a device or a pipe could hold up the start or never end. */
const readSmallFile = (path: string): SmallFile => {
  try {
    const stat = statSync(path);
    if (!stat.isFile()) return { ok: false, why: 'is not a regular file' };
    if (stat.size > FILE_BYTES_MAX) return { ok: false, why: 'is too large' };
    return { ok: true, text: readFileSync(path, 'utf8') };
  } catch {
    return { ok: false, why: 'cannot be read' };
  }
};

/** The same snapshot with other values; what a parent hands to its children, and what a command sets by itself. */
export const withValues = (
  snapshot: EnvironmentSnapshot,
  values: Readonly<Record<string, string>>,
): EnvironmentSnapshot => ({ ...snapshot, values: { ...snapshot.values, ...values } });
