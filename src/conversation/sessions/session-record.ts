import { z } from 'zod';
import { assert } from '../../base/assert.ts';
import type { IdentityId } from '../../base/id.ts';
import type { Screen, Session } from './session.ts';

/** What is kept holds only what menus and flows need (S26); more would be a bug. */
const SESSION_BYTES_MAX = 8_192;

const name = z.string().min(1).max(200);

/** Every screen, and nothing beside its own fields: unknown fields, screens and versions are refused (S11). */
const screenSchema = z.discriminatedUnion('name', [
  z.strictObject({ name: z.literal('menu') }),
  z.strictObject({ name: z.literal('welcome') }),
  z.strictObject({ name: z.literal('register.first_name') }),
  z.strictObject({ name: z.literal('register.last_name'), firstname: name }),
  z.strictObject({ name: z.literal('register.confirm'), firstname: name, lastname: name }),
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
  const bytes = Buffer.from(JSON.stringify(sessionSchema.parse(session)), 'utf8');
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
