import { z } from 'zod';
import { DENOMINATIONS, type Denomination } from '../base/money.ts';
import { ACCOUNTS_MAX, PENDING_MAX, TEXT_LENGTH_MAX } from './limits.ts';

/** What a credex core of dialect C answers (contract 1.2), as far as we use it. Anything else in it is dropped. */

/** Some cores say `{}` for an empty list. */
const list = <T extends z.ZodType>(item: T, itemsMax: number) =>
  z.union([z.array(item).max(itemsMax), z.strictObject({}).transform((): z.output<T>[] => [])]);

const text = z.string().max(TEXT_LENGTH_MAX);
const denomination = z.enum(DENOMINATIONS as [Denomination, ...Denomination[]]);

export const envelopeSchema = z.object({
  data: z.object({
    action: z.object({ id: text.nullish(), type: text, details: z.unknown() }),
    dashboard: z.unknown(),
  }),
});
export type Envelope = z.output<typeof envelopeSchema>;

export const refusalDetailsSchema = z.object({ code: text.optional(), field: text.optional() });
export const accountFoundSchema = z.object({ accountID: z.uuid(), accountName: text, accountHandle: text });
export const ledgerDetailsSchema = z.object({
  ledger: list(
    z.object({
      credexID: z.uuid(),
      timestamp: z.iso.datetime(),
      type: z.enum(['OWES', 'CLEARED']),
      counterpartyAccountName: text,
      denomination,
      formattedAmount: text,
    }),
    PENDING_MAX,
  ),
});
export const paginationSchema = z.object({ pagination: z.object({ hasMore: z.boolean() }) });
export const signedInDetailsSchema = z.object({ memberID: z.uuid(), token: z.string() });

const pendingSchema = z.object({
  credexID: z.uuid(),
  formattedInitialAmount: text,
  counterpartyAccountName: text,
  secured: z.boolean(),
  dueDate: z
    .string()
    .regex(/^\d{4}-\d{2}-\d{2}(T|$)/)
    .transform((written) => written.slice(0, 10))
    .nullish(),
});
export type CorePending = z.output<typeof pendingSchema>;

const accountSchema = z.object({
  accountID: z.uuid(),
  accountName: text,
  accountHandle: text,
  accountType: z.enum(['PERSONAL', 'TRUST', 'OPERATIONS', 'CREDEX_FOUNDATION']),
  defaultDenom: denomination,
  isOwnedAccount: z.boolean(),
  balanceData: z.object({
    securedNetBalancesByDenom: list(text, DENOMINATIONS.length),
    unsecuredBalancesInDefaultDenom: z.object({ totalPayables: text, totalReceivables: text, netPayRec: text }),
    netCredexAssetsInDefaultDenom: text,
  }),
  pendingInData: list(pendingSchema, PENDING_MAX),
  pendingOutData: list(pendingSchema, PENDING_MAX),
});
export type CoreAccount = z.output<typeof accountSchema>;

export const dashboardSchema = z.object({
  member: z.object({
    memberID: z.uuid(),
    memberTier: z.int().min(1).max(5),
    remainingAvailableUSD: z.number().nullish(),
    firstname: text,
    lastname: text,
    memberHandle: text,
    defaultDenom: denomination,
  }),
  accounts: list(accountSchema, ACCOUNTS_MAX),
});
