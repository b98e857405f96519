import type { GraphRefusal } from './errors.ts';

/** Meta's three ways of refusing a field; `details` always names it. */
export const missing = (field: string): GraphRefusal => ({ code: 131008, details: `Parameter ${field} is required.` });
export const invalid = (field: string, why: string): GraphRefusal => ({ code: 131009, details: `${field}: ${why}.` });
export const misshapen = (field: string, want: string): GraphRefusal => ({
  code: 100,
  details: `Parameter ${field} must be ${want}.`,
});

export type Json = Readonly<Record<string, unknown>>;
export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The value at a path of keys; undefined where anything on the way is no object. */
export const dig = (value: unknown, ...keys: readonly string[]): unknown => {
  let at = value;
  for (const key of keys) at = isObject(at) && Object.hasOwn(at, key) ? at[key] : undefined;
  return at;
};

/** A text of 1 to `max` UTF-16 units that is not all white space. */
export const checkText = (value: unknown, field: string, max: number): GraphRefusal | undefined => {
  if (value === undefined || value === null) return missing(field);
  if (typeof value !== 'string') return misshapen(field, 'a string');
  if (value.trim() === '') return invalid(field, 'must not be empty');
  if (value.length > max)
    return invalid(field, `${String(value.length)} characters, at most ${String(max)} are allowed`);
  return undefined;
};

export const checkOptionalText = (value: unknown, field: string, max: number): GraphRefusal | undefined =>
  value === undefined ? undefined : checkText(value, field, max);

/** An array of `min` to `max` items; each is then checked by `checkItem`. */
export const checkArray = (
  value: unknown,
  { field, min, max }: { readonly field: string; readonly min: number; readonly max: number },
  checkItem: (item: unknown, field: string) => GraphRefusal | undefined,
): GraphRefusal | undefined => {
  if (value === undefined) return missing(field);
  if (!Array.isArray(value)) return misshapen(field, 'an array');
  if (value.length < min || value.length > max)
    return invalid(field, `${String(value.length)} items, ${String(min)} to ${String(max)} are allowed`);
  for (const [index, item] of value.entries()) {
    const refusal = checkItem(item, `${field}[${String(index)}]`);
    if (refusal) return refusal;
  }
  return undefined;
};

export const checkUnique = (values: readonly unknown[], field: string): GraphRefusal | undefined =>
  new Set(values).size === values.length ? undefined : invalid(field, 'must be unique');

export const checkUrl = (value: unknown, field: string, max: number): GraphRefusal | undefined =>
  checkText(value, field, max) ??
  (URL.canParse(String(value)) && /^https?:/.test(String(value))
    ? undefined
    : invalid(field, 'must be an http or https URL'));
