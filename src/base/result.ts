/** An expected No is a value. `reason` is a literal of the room's union, so that callers handle every one. */
export type Result<T, Refusal> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly refusal: Refusal };

export const accepted = <T>(value: T): { readonly ok: true; readonly value: T } => ({ ok: true, value });
export const refused = <const R>(refusal: R): { readonly ok: false; readonly refusal: R } => ({ ok: false, refusal });
