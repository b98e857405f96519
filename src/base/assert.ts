/** A thing we said cannot be. Never caught by the code that met it: the lane or the request decides. */
export class Bug extends Error {
  override readonly name = 'Bug';
}

/** Crashes the job or request when `condition` does not hold; `why` says what was promised and never carries data. */
export function assert(condition: unknown, why: string): asserts condition {
  if (!condition) throw new Bug(why);
}

/** The end of an exhaustive switch: does not compile while a case is missing. */
export const assertNever = (value: never): never => {
  throw new Bug(`unhandled case of type ${typeof value}`);
};
