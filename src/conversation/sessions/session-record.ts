import { z } from 'zod';
import { assert } from '../../base/assert.ts';
import type { IdentityId, IntentId } from '../../base/id.ts';
import { DENOMINATIONS, type Denomination } from '../../base/money.ts';
import type { Screen, Session } from './session.ts';

/** What is kept holds only what menus and flows need (S26); more would be a bug. */
const SESSION_BYTES_MAX = 8_192;

const name = z.string().min(1).max(200);
const id = z.string().min(1).max(128);
const handle = z.string().regex(/^[a-z0-9_]{3,30}$/);
const denomination = z.enum(DENOMINATIONS as [Denomination, ...Denomination[]]);
/** JSON has no integer of this size: minor units travel as digits. */
const minorUnits = z.codec(z.string().regex(/^[0-9]{1,24}$/), z.bigint(), { decode: BigInt, encode: String });
const money = z.strictObject({ amountMinor: minorUnits, denomination });

const wished = { accountId: id, amount: money, secured: z.boolean() };
const wish = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('offer'), ...wished, payeeAccountId: id }),
  z.strictObject({ kind: z.enum(['accept', 'decline', 'cancel']), ...wished, credexId: id }),
]);
const facts = z.strictObject({ accountName: name, otherName: name, otherHandle: name.exactOptional() });
const listed = z.strictObject({ credexId: id, amount: money, otherName: name });
const row = z.int().min(0).max(1_000_000);

/** Every screen, and nothing beside its own fields: unknown fields, screens and versions are refused (S11). */
const screenSchema = z.discriminatedUnion('name', [
  z.strictObject({ name: z.literal('menu') }),
  z.strictObject({ name: z.literal('welcome') }),
  z.strictObject({ name: z.literal('register.first_name') }),
  z.strictObject({ name: z.literal('register.last_name'), firstname: name }),
  z.strictObject({ name: z.literal('register.confirm'), firstname: name, lastname: name }),
  z.strictObject({ name: z.literal('offer.amount'), denomination, handle: handle.exactOptional() }),
  z.strictObject({ name: z.literal('offer.handle'), amount: money }),
  z.strictObject({
    name: z.literal('payment.confirm'),
    intentId: z.custom<IntentId>((value) => typeof value === 'string' && value.length === 36),
    draft: z.strictObject({ wish, facts }),
  }),
  z.strictObject({
    name: z.literal('offers.list'),
    side: z.enum(['in', 'out']),
    start: row,
    offers: z.array(listed).max(10).readonly(),
    hasMore: z.boolean(),
  }),
  z.strictObject({ name: z.literal('offers.one'), offer: listed }),
  z.strictObject({ name: z.literal('ledger'), startRow: row, hasMore: z.boolean() }),
]) satisfies z.ZodType<Screen>;

const sessionSchema = z.strictObject({
  version: z.literal(1),
  identityId: z.custom<IdentityId>((value) => typeof value === 'string' && value.length === 36),
  phoneNumberId: z.string().min(1).max(64),
  memberId: z.string().min(1).max(128).exactOptional(),
  openedAtMs: z.int().positive(),
  lastMessageAtMs: z.int().positive(),
  nonce: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/),
  screen: screenSchema,
}) satisfies z.ZodType<Session>;

/** Whether a screen of the type is missing from the schema: then this does not compile. */
type Complete = Screen extends z.infer<typeof screenSchema> ? true : never;
const isComplete: Complete = true;

export const encodeSession = (session: Session): Buffer => {
  assert(isComplete, 'the schema knows every screen');
  const bytes = Buffer.from(JSON.stringify(z.encode(sessionSchema, session)), 'utf8');
  assert(bytes.length <= SESSION_BYTES_MAX, 'a session is smaller than 8 KiB');
  return bytes;
};

/** The session of a record; undefined for anything that is not exactly one. */
export const decodeSession = (bytes: Uint8Array): Session | undefined => {
  if (bytes.length > SESSION_BYTES_MAX) return undefined;
  try {
    return sessionSchema.safeParse(JSON.parse(Buffer.from(bytes).toString('utf8'))).data;
  } catch {
    return undefined;
  }
};
