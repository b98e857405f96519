/** A Flow of ours answers with a few short fields; anything larger is not ours. */
const JSON_MAX = 16_384;
const FIELDS_MAX = 32;

const EMPTY: Readonly<Record<string, unknown>> = Object.freeze(Object.create(null) as Record<string, unknown>);

const isPlain = (value: unknown): boolean =>
  typeof value === 'string' || typeof value === 'boolean' || typeof value === 'number';

/**
 * The fields of a Flow's `response_json`: texts, numbers and truths of the first level, in an object without a
 * prototype. Empty when it does not parse, is too large, or is no object.
 */
export const readForm = (json: unknown): Readonly<Record<string, unknown>> => {
  if (typeof json !== 'string' || json.length > JSON_MAX) return EMPTY;
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch {
    return EMPTY;
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return EMPTY;
  const fields = Object.entries(parsed).filter(([name, value]) => name !== '__proto__' && isPlain(value));
  const form = Object.create(null) as Record<string, unknown>;
  for (const [name, value] of fields.slice(0, FIELDS_MAX)) form[name] = value;
  return Object.freeze(form);
};
