import staticFiles from '@fastify/static';
import { fastify, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Faults } from './faults.ts';
import { GRAPH_ERRORS, isGraphErrorCode, renderGraphError } from './graph/errors.ts';
import { SEND_BYTES_MAX } from './graph/limits.ts';

const DELAY_MS_MAX = 600_000;
const code = z.number().refine(isGraphErrorCode);
const ms = z.number().int().min(0).max(DELAY_MS_MAX);
const faultSchema = z.object({
  fault: z.discriminatedUnion('kind', [
    z.object({ kind: z.enum(['garbage', 'hang', 'reset_before', 'reset_after']) }),
    z.object({ kind: z.enum(['error', 'undeliverable']), code }),
    z.object({ kind: z.enum(['slow', 'late_answer']), ms }),
  ]),
  who: z.string().max(200).optional(),
  times: z.number().int().min(1).optional(),
});

/** Nothing but our own files and our own origin; no inline script or style, no HTML made from text. */
const PAGE_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; " +
    "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

const hostnameOf = (host: string | undefined): string =>
  URL.canParse(`http://${host ?? ''}`) ? new URL(`http://${host ?? ''}`).hostname : '';

/**
 * The page's own paths are for this machine's browser alone: a foreign name that was made to resolve to it (DNS
 * rebinding) and a foreign site's request (another `Origin`) are refused. Graph paths have their token.
 */
const guardPage = (ownHost: string) => {
  const names = new Set(['localhost', '127.0.0.1', '[::1]', ownHost]);
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    if (/^\/v[0-9]/.test(request.url)) return;
    const { host, origin } = request.headers;
    void reply.headers(PAGE_HEADERS);
    const foreign = origin !== undefined && origin !== `http://${host ?? ''}` && origin !== `https://${host ?? ''}`;
    if (foreign || !names.has(hostnameOf(host))) await reply.code(403).send({ problem: 'Only from this machine.' });
  };
};

const registerFaults = (app: FastifyInstance, faults: Faults): void => {
  app.get('/_faults', () => ({ faults: faults.list(), codes: Object.keys(GRAPH_ERRORS).map(Number) }));
  app.post('/_faults', async (request, reply) => {
    const parsed = faultSchema.safeParse(request.body);
    if (!parsed.success) return reply.code(400).send({ problem: z.prettifyError(parsed.error) });
    const { fault, who, times } = parsed.data;
    return {
      id: faults.set({ fault, ...(who === undefined ? {} : { who }), ...(times === undefined ? {} : { times }) }),
    };
  });
  app.delete('/_faults', async () => {
    faults.clear();
    return { faults: [] };
  });
  app.delete<{ Params: { id: string } }>('/_faults/:id', async (request) => {
    faults.clear(request.params.id);
    return { faults: faults.list() };
  });
};

/** A body that is no JSON becomes `undefined`; the checks say what is wrong with it. */
const parseJson = (bytes: Buffer): unknown => {
  try {
    return JSON.parse(bytes.toString('utf8')) as unknown;
  } catch {
    return undefined;
  }
};

export type ServerDeps = { readonly host: string; readonly faults: Faults; readonly pageDirectory: string | undefined };

/** The simulator's HTTP side without its rooms' routes: guard, JSON, faults, static page, Graph's 404. */
export const createServer = async ({ host, faults, pageDirectory }: ServerDeps): Promise<FastifyInstance> => {
  const app = fastify({ logger: false, bodyLimit: SEND_BYTES_MAX, forceCloseConnections: true });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, bytes, done) => {
    done(null, parseJson(bytes as Buffer));
  });
  app.addHook('onRequest', guardPage(host));
  registerFaults(app, faults);
  if (pageDirectory === undefined) app.get('/', async () => 'The chat page has not been built.');
  else await app.register(staticFiles, { root: pageDirectory, index: 'index.html', cacheControl: false });
  app.setNotFoundHandler(async (request, reply) => {
    if (!/^\/v[0-9]/.test(request.url)) return reply.code(404).send({ problem: 'There is no such page.' });
    const { status, body } = renderGraphError({ code: 2500, details: '' });
    return reply.code(status).send(body);
  });
  app.setErrorHandler(async (error: { statusCode?: number }, _request, reply) => {
    const status = error.statusCode ?? 500;
    const { body } = renderGraphError({
      code: status < 500 ? 100 : 131000,
      details: status < 500 ? 'body: cannot be read.' : '',
    });
    return reply.code(status).send(body);
  });
  return app;
};
