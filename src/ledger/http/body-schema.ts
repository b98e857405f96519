import { z } from 'zod';
import { isDenomination } from '../../base/money.ts';
import { readWaId } from '../../base/phone.ts';
import { isMemberName } from '../members/check-name.ts';

/** Fields of dialect C (contract 1.3). What is refused is refused, never stripped into something else, but for numbers. */

const MISSING = 'missing';
const INVALID = 'invalid';

const text = (): z.ZodString => z.string({ error: ({ input }) => (input === undefined ? MISSING : INVALID) });

/** The contract strips what is no digit: `+263 77 …` is how people write numbers. */
const phone = text()
  .max(40, INVALID)
  .transform((written, context) => {
    const read = readWaId(written.replaceAll(/\D/g, ''));
    if (read) return read;
    context.addIssue({ code: 'custom', message: written.trim() === '' ? MISSING : INVALID });
    return z.NEVER;
  });

const name = text().refine(isMemberName, INVALID);

const denomination = text().transform((written, context) => {
  const upper = written.toUpperCase();
  if (isDenomination(upper)) return upper;
  context.addIssue({ code: 'custom', message: INVALID });
  return z.NEVER;
});

export const logInBody = z.object({ phone });
export const onboardBody = z.object({ firstname: name, lastname: name, phone, defaultDenom: denomination });
export const dashboardByPhoneBody = z.object({ phone });

/** Visible ASCII, as a header may hold it. */
export const idempotencyKey = z.string().regex(/^[\x21-\x7e]{1,255}$/);

/** Which field broke the rules, and whether by its absence. */
export type BodyRefusal = { readonly field: string | undefined; readonly missing: boolean };

export const readBody = <T>(
  schema: z.ZodType<T>,
  body: unknown,
): { readonly value: T } | { readonly refusal: BodyRefusal } => {
  const result = schema.safeParse(body);
  if (result.success) return { value: result.data };
  const [issue] = result.error.issues;
  const [field] = issue?.path ?? [];
  return { refusal: { field: typeof field === 'string' ? field : undefined, missing: issue?.message === MISSING } };
};
