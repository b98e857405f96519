import { z } from 'zod';
import { isDenomination, parseAmount } from '../../base/money.ts';
import { readWaId } from '../../base/phone.ts';
import { PAGE_ROWS, PAGE_ROWS_MAX, PAGE_START_MAX } from '../limits.ts';
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
/** An amount as its exact text: a JSON number has passed through a double before anybody could look at it. */
export const createBody = z
  .object({
    issuerAccountID: text().max(100, INVALID),
    receiverAccountID: text().max(100, INVALID),
    Denomination: denomination,
    InitialAmount: text().max(40, INVALID),
    credexType: z.enum(['PURCHASE', 'GIFT'], { error: INVALID }),
    OFFERSorREQUESTS: z.literal('OFFERS', { error: INVALID }),
    securedCredex: z.literal(true, { error: INVALID }),
    dueDate: z.undefined({ error: INVALID }).optional(),
  })
  .transform(({ Denomination, InitialAmount, ...rest }, context) => {
    const amount = parseAmount(InitialAmount, Denomination);
    if (amount.ok) return { ...rest, amount: amount.value };
    context.addIssue({ code: 'custom', message: INVALID, path: ['InitialAmount'] });
    return z.NEVER;
  });
/** Letters, digits, `_` and `.`; 3 to 30 of them. */
export const accountByHandleBody = z.object({ accountHandle: text().regex(/^\s*[A-Za-z0-9._]{3,30}\s*$/, INVALID) });
export const pageBody = z.object({
  accountID: z.uuid({ error: INVALID }),
  numRows: z.int({ error: INVALID }).min(1, INVALID).max(PAGE_ROWS_MAX, INVALID).default(PAGE_ROWS),
  startRow: z.int({ error: INVALID }).min(0, INVALID).max(PAGE_START_MAX, INVALID).default(0),
});
export const answerBody = z.object({ credexID: text().max(100, INVALID) });

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
