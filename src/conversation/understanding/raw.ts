/**
 * Reading parsed JSON of a stranger: own properties of plain objects only, so that `__proto__`, `constructor` or an array
 * where an object belongs are simply absent. None of these throw.
 */

/** What stands at `path`; undefined as soon as a step is missing or is no object. */
export const readObject = (value: unknown, ...path: readonly string[]): unknown => {
  let current = value;
  for (const name of path) {
    if (typeof current !== 'object' || current === null || Array.isArray(current)) return undefined;
    if (!Object.hasOwn(current, name)) return undefined;
    current = (current as Record<string, unknown>)[name];
  }
  return current;
};

/** The array, or an empty one where there is none. */
export const readArray = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** A non-empty text of at most `max` UTF-16 units; longer ones are refused, not cut: ids must be whole. */
export const readText = (value: unknown, max: number): string | undefined =>
  typeof value === 'string' && value.length > 0 && value.length <= max ? value : undefined;
