import { CompactSign, compactVerify } from 'jose';
import { z } from 'zod';
import { newUuid } from '../../base/id.ts';
import type { Clock } from '../../base/clock.ts';
import { refused, accepted, type Result } from '../../base/result.ts';
import type { Secret } from '../../security/secret.ts';
import { TOKEN_ABSOLUTE_SECONDS, TOKEN_BYTES_MAX, TOKEN_IDLE_SECONDS } from '../limits.ts';
import type { Session } from '../members/sessions.ts';

export type TokenRefusal = 'invalid' | 'expired';

/** Tokens of dialect C: HS256, sliding for five idle minutes, ended six hours after log-in (contract 2; S66). */
export type Tokens = {
  /** The first token of a new session. */
  readonly issue: (memberId: string) => Promise<string>;
  /** The next token of a session: its end and its id stay. */
  readonly renew: (session: Session) => Promise<string>;
  readonly verify: (token: string) => Promise<Result<Session, TokenRefusal>>;
};

const ALGORITHM = 'HS256';
const TYPE = 'JWT';
const ISSUER = 'vimbisopay-ledger';
const AUDIENCE = 'vimbisopay';

const seconds = z.int().min(0).max(100_000_000_000);
const claimsSchema = z.object({
  iss: z.literal(ISSUER),
  aud: z.literal(AUDIENCE),
  jti: z.uuid(),
  memberID: z.uuid(),
  iat: seconds,
  lastActivity: seconds,
  absoluteExpiry: seconds,
  exp: seconds,
});

export const createTokens = ({
  secrets,
  clock,
}: {
  readonly secrets: readonly Secret[];
  readonly clock: Clock;
}): Tokens => {
  const keys = secrets.map((secret) => new TextEncoder().encode(secret.reveal()));
  const nowSeconds = (): number => Math.floor(clock.now() / 1000);

  const sign = async (memberID: string, jti: string, absoluteExpiry: number): Promise<string> => {
    const now = nowSeconds();
    const exp = Math.min(now + TOKEN_IDLE_SECONDS, absoluteExpiry);
    const claims = { iss: ISSUER, aud: AUDIENCE, jti, memberID, iat: now, lastActivity: now, absoluteExpiry, exp };
    const [key] = keys;
    return new CompactSign(new TextEncoder().encode(JSON.stringify(claims)))
      .setProtectedHeader({ alg: ALGORITHM, typ: TYPE })
      .sign(key ?? new Uint8Array());
  };

  const readPayload = async (token: string): Promise<unknown> => {
    for (const key of keys) {
      try {
        // Pins the algorithm; a `crit` header that we do not know is refused by the library.
        const { payload, protectedHeader } = await compactVerify(token, key, { algorithms: [ALGORITHM] });
        if (protectedHeader.typ === TYPE) return JSON.parse(new TextDecoder().decode(payload));
      } catch {
        // Signed with another key of a rotation, or by nobody.
      }
    }
    return undefined;
  };

  return Object.freeze({
    issue: (memberId: string) => sign(memberId, newUuid(), nowSeconds() + TOKEN_ABSOLUTE_SECONDS),
    renew: ({ memberId, sessionId, endsAtMs }: Session) => sign(memberId, sessionId, Math.floor(endsAtMs / 1000)),
    verify: async (token: string): Promise<Result<Session, TokenRefusal>> => {
      if (token.length > TOKEN_BYTES_MAX) return refused('invalid' as const);
      const claims = claimsSchema.safeParse(await readPayload(token));
      if (!claims.success) return refused('invalid' as const);
      const { memberID, jti, iat, lastActivity, absoluteExpiry, exp } = claims.data;
      const now = nowSeconds();
      // From the future: not issued by this clock.
      if (iat > now + 60) return refused('invalid' as const);
      if (now >= exp || now - lastActivity > TOKEN_IDLE_SECONDS || now >= absoluteExpiry)
        return refused('expired' as const);
      return accepted({ sessionId: jti, memberId: memberID, issuedAtMs: iat * 1000, endsAtMs: absoluteExpiry * 1000 });
    },
  });
};
