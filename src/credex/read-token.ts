import { z } from 'zod';
import { TOKEN_BYTES_MAX, TOKEN_IDLE_MS, TOKEN_MARGIN_MS } from './limits.ts';

/** A token of core's, with whose it claims to be and when we stop using it. */
export type CoreToken = { readonly token: string; readonly memberId: string; readonly deadAtMs: number };

const seconds = z.number().min(0).max(100_000_000_000);
const headerSchema = z.object({ alg: z.string().regex(/^(?!none$)[A-Za-z0-9]{2,16}$/i) });
const claimsSchema = z.object({
  memberID: z.uuid(),
  iat: seconds,
  lastActivity: seconds.optional(),
  absoluteExpiry: seconds.optional(),
  exp: seconds.optional(),
});

const readPart = (part: string): unknown => {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
};

/**
 * S15: the structure of a token and the times it names, by the credex contract's section 2. Only core can check its
 * signature, so nothing is authorised by what is read here. Undefined when it is no token.
 */
export const readToken = (token: string, nowMs: number): CoreToken | undefined => {
  if (token.length > TOKEN_BYTES_MAX) return undefined;
  const [header, payload] = /^([\w-]+)\.([\w-]+)\.[\w-]+$/.exec(token)?.slice(1) ?? [];
  if (header === undefined || payload === undefined) return undefined;
  if (!headerSchema.safeParse(readPart(header)).success) return undefined;
  const claims = claimsSchema.safeParse(readPart(payload));
  if (!claims.success) return undefined;
  const { memberID, iat, lastActivity = iat, absoluteExpiry, exp } = claims.data;
  const ends = [
    lastActivity * 1000 + TOKEN_IDLE_MS,
    ...[absoluteExpiry, exp].flatMap((each) => (each === undefined ? [] : [each * 1000])),
  ];
  // Never longer than the idle time from now, whatever core's clock says.
  const deadAtMs = Math.min(...ends, nowMs + TOKEN_IDLE_MS) - TOKEN_MARGIN_MS;
  return { token, memberId: memberID, deadAtMs };
};
