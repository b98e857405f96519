import type { Secret } from '../../security/secret.ts';
import { isOneOf } from '../../security/signature.ts';
import type { Session, Sessions } from '../members/sessions.ts';
import { refuseAtGate, type Answer } from './envelope.ts';
import type { Tokens } from './token.ts';

/** A request as far as an endpoint sees it. */
export type Incoming = {
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: unknown;
};

type Serve = (request: Incoming) => Promise<Answer>;
type ServeMember = (request: Incoming, session: Session) => Promise<Answer>;

/** Who may come in: services by their client key, members by their token (contract 1.1, gate responses). */
export type Gate = {
  readonly keyed: (serve: Serve) => Serve;
  /** Renews the token of every request it lets in, in the `Authorization` header of the answer. */
  readonly authenticated: (serve: ServeMember) => Serve;
};

type GateDeps = {
  readonly tokens: Tokens;
  readonly clientKeys: readonly Secret[];
  readonly isLive: Sessions['isLive'];
};

export const createGate = ({ tokens, clientKeys, isLive }: GateDeps): Gate =>
  Object.freeze({
    keyed:
      (serve: Serve): Serve =>
      async (request) => {
        if (clientKeys.length === 0) return refuseAtGate(500, 'Server configuration error');
        const claimed = request.headers['x-client-api-key'];
        if (typeof claimed !== 'string' || !isOneOf(claimed, clientKeys))
          return refuseAtGate(401, 'Unauthorized client');
        return serve(request);
      },
    authenticated:
      (serve: ServeMember): Serve =>
      async (request) => {
        const { authorization } = request.headers;
        const token = typeof authorization === 'string' ? /^Bearer ([\w.-]+)$/.exec(authorization)?.[1] : undefined;
        if (token === undefined) return refuseAtGate(401, 'Authentication required');
        const session = await tokens.verify(token);
        if (!session.ok) return refuseAtGate(401, session.refusal === 'expired' ? 'Token expired' : 'Invalid token');
        if (!(await isLive(session.value))) return refuseAtGate(401, 'Invalid token');
        const answer = await serve(request, session.value);
        return { ...answer, token: await tokens.renew(session.value) };
      },
  });
