import type { ZodType } from 'zod';
import type { Environment } from './config-types.ts';
import type { EnvironmentSnapshot } from '../env.ts';
import { findRow, type Name } from './names.ts';
import { environmentName } from './values.ts';

/** Reads one snapshot and gathers what is wrong with it, so that an operator sees all of it at once. */
export type Reader = {
  /** `development` while APP_ENV itself is a problem; then nothing is asked for that only stricter ones need. */
  readonly environment: Environment;
  readonly isStrict: boolean;
  /** Whether APP_ENV is one of the four. */
  readonly isPlaced: boolean;
  /** The value, by its name or alias. Undefined when absent or refused; absence is a problem where it is needed. */
  readonly text: (name: Name) => string | undefined;
  /** The value as `schema` reads it; `fallback` when absent or refused. */
  readonly value: <T, F>(name: Name, schema: ZodType<T, string>, fallback: F) => T | F;
  /** What a `*_CA_FILE` holds. */
  readonly fileText: (name: Name) => string | undefined;
  readonly refuse: (name: string, why: string) => void;
  /** Refuses where strict, else warns. */
  readonly object: (name: string, why: string) => void;
  readonly problems: () => readonly string[];
  readonly warnings: () => readonly string[];
};

const isEdged = (text: string): boolean => text !== text.trim();
const isQuoted = (text: string): boolean => /^(["'`]).*\1$/s.test(text);

/** What no value may be, whatever its name: a pasted blank or quote would make it another value than was meant (O03). */
const findSlip = (text: string): string | undefined => {
  if (isEdged(text)) return 'white space at its beginning or end';
  if (isQuoted(text)) return 'stands in quotes';
  if (/[\u0000-\u001f\u007f]/.test(text)) return 'holds a line break or another control character';
  return undefined;
};

export const createReader = (snapshot: EnvironmentSnapshot): Reader => {
  const problems = [...snapshot.problems];
  const warnings: string[] = [];
  const reported = new Set<string>();
  const refuse = (name: string, why: string): void => {
    problems.push(`${name}: ${why}`);
  };
  /** A name is looked up by several rules and reported once. */
  const once = (name: string, why: string): undefined => {
    if (!reported.has(name)) refuse(name, why);
    reported.add(name);
    return undefined;
  };

  const find = (name: Name): string | undefined => {
    const alias = findRow(name)?.alias;
    const own = snapshot.values[name];
    const other = alias === undefined ? undefined : snapshot.values[alias];
    if (own !== undefined && other !== undefined && own !== other) return once(name, `contradicts ${alias ?? ''}`);
    return own ?? other;
  };
  const textOf = (name: Name, isStrict: boolean): string | undefined => {
    const text = find(name);
    if (text === undefined) {
      const needed = findRow(name)?.needed;
      const isUnread = snapshot.problems.some(
        (line) => line.startsWith(`${name}:`) || line.startsWith(`${name}_FILE:`),
      );
      if ((needed === 'always' || (needed === 'strict' && isStrict)) && !isUnread) once(name, 'missing');
      return undefined;
    }
    const slip = findSlip(text);
    return slip === undefined ? text : once(name, slip);
  };
  const valueOf = <T>(name: Name, text: string | undefined, schema: ZodType<T, string>): T | undefined => {
    const read = text === undefined ? undefined : schema.safeParse(text);
    if (read === undefined || read.success) return read?.data;
    return once(name, read.error.issues[0]?.message ?? 'not understood');
  };

  const placed = valueOf('APP_ENV', textOf('APP_ENV', false), environmentName);
  const environment = placed ?? 'development';
  const isStrict = environment === 'staging' || environment === 'production';

  return Object.freeze({
    environment,
    isStrict,
    isPlaced: placed !== undefined,
    text: (name: Name) => textOf(name, isStrict),
    value: <T, F>(name: Name, schema: ZodType<T, string>, fallback: F) =>
      valueOf(name, textOf(name, isStrict), schema) ?? fallback,
    fileText: (name: Name) => snapshot.texts[name],
    refuse,
    object: (name: string, why: string) => {
      if (isStrict) refuse(name, why);
      else warnings.push(`${name}: ${why}`);
    },
    problems: () => [...new Set(problems)],
    warnings: () => [...new Set(warnings)],
  });
};
