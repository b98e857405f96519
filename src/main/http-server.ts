import Fastify, { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import helmet from '@fastify/helmet';
import type { Socket } from 'node:net';
import { describeError } from '../base/fault.ts';
import { newCorrelationId } from '../base/id.ts';
import type { NoteEvent } from '../watch/watch.ts';

export type HttpServerDeps = { readonly noteEvent: NoteEvent; readonly trustedProxies: readonly string[] };

/** Bounds on a slow or endless client; Meta's own requests take milliseconds. */
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 15_000;
const KEEP_ALIVE_MS = 65_000;
/** Every route but the webhook, which says its own. */
const BODY_BYTES_MAX = 64 * 1024;

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;

/** One shape for every refusal (S24): our words, a stable code, the request's id; never what a stranger or library said. */
const ERRORS: Readonly<Record<number, { readonly code: string; readonly error: string }>> = {
  400: { code: 'bad_request', error: 'The request cannot be read.' },
  404: { code: 'not_found', error: 'There is nothing here.' },
  405: { code: 'method_not_allowed', error: 'This address does not take that method.' },
  413: { code: 'too_large', error: 'The request is too large.' },
  415: { code: 'unsupported_type', error: 'The request must be plain JSON.' },
  503: { code: 'unavailable', error: 'The service cannot answer just now. Please try again.' },
};
const UNKNOWN_ERROR = { code: 'internal', error: 'Something went wrong on our side.' };

const sendError = (reply: FastifyReply, status: number): FastifyReply =>
  reply.code(status).send({ status: 'error', requestId: reply.request.id, ...(ERRORS[status] ?? UNKNOWN_ERROR) });

/** A server whose bodies stay bytes: only a route knows what may be parsed, and when (S38). */
export const createHttpServer = async ({ noteEvent, trustedProxies }: HttpServerDeps): Promise<FastifyInstance> => {
  const app = Fastify({
    logger: false,
    genReqId: () => newCorrelationId(),
    requestIdHeader: false,
    bodyLimit: BODY_BYTES_MAX,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    trustProxy: trustedProxies.length > 0 ? [...trustedProxies] : false,
    // A request without a host is refused by `checkHead`, in our own words.
    http: { headersTimeout: HEADERS_TIMEOUT_MS, requireHostHeader: false },
    return503OnClosing: true,
    // A path that cannot be decoded is a path that is not there; the framework's own answer would repeat it.
    rewriteUrl: ({ url = '/' }) => (isDecodable(url) ? url : '/'),
    clientErrorHandler: (error, socket) => {
      if (answerUnreadable(error, socket))
        noteEvent('intake.request_refused', { reason: 'bad_request', detail: describeError(error) });
    },
  });
  await app.register(helmet, {
    contentSecurityPolicy: { useDefaults: false, directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] } },
    crossOriginEmbedderPolicy: false,
    frameguard: { action: 'deny' },
    referrerPolicy: { policy: 'no-referrer' },
    xXssProtection: true,
  });
  app.addHook('onSend', async (_request, reply) => {
    reply.header('Cache-Control', 'no-store');
  });
  app.addHook('onRequest', async (request, reply) => {
    const refusal = checkHead(request);
    if (refusal === undefined) return;
    noteEvent('intake.request_refused', {
      reason: ERRORS[refusal]?.code ?? 'head',
      correlationId: request.id as never,
    });
    await sendError(reply, refusal);
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  app.setNotFoundHandler((request, reply) => answerNotFound(app, request, reply));
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const status = error.statusCode ?? 500;
    const known = ERRORS[status] ? status : status >= 400 && status < 500 ? 400 : 500;
    noteEvent('intake.request_refused', {
      reason: ERRORS[known]?.code ?? 'internal',
      correlationId: request.id as never,
      detail: describeError(error),
    });
    return sendError(reply, known);
  });
  return app;
};

const isDecodable = (url: string): boolean => {
  try {
    decodeURIComponent(url.split('?', 1)[0] ?? '');
    return true;
  } catch {
    return false;
  }
};

/** What helmet and the hook below say of every other answer, for bytes that never became a request. */
const UNREADABLE_HEAD = [
  'HTTP/1.1 400 Bad Request',
  'Connection: close',
  'Content-Type: application/json; charset=utf-8',
  'Cache-Control: no-store',
  "Content-Security-Policy: default-src 'none';frame-ancestors 'none'",
  'Referrer-Policy: no-referrer',
  'Strict-Transport-Security: max-age=31536000; includeSubDomains',
  'X-Content-Type-Options: nosniff',
  'X-Frame-Options: DENY',
].join('\r\n');

/** Whether anybody was there to be answered. */
const answerUnreadable = (error: NodeJS.ErrnoException, socket: Socket): boolean => {
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) return false;
  const body = JSON.stringify({ status: 'error', requestId: newCorrelationId(), ...ERRORS[400] });
  socket.end(`${UNREADABLE_HEAD}\r\nContent-Length: ${String(Buffer.byteLength(body))}\r\n\r\n${body}`);
  return true;
};

/** What can be refused before a byte of the body is read. */
const checkHead = (request: FastifyRequest): number | undefined => {
  const { headersDistinct } = request.raw;
  if ((headersDistinct['host']?.length ?? 0) !== 1) return 400;
  const encoding = request.headers['content-encoding'];
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') return 415;
  const type = request.headers['content-type'];
  const takesBody = request.method === 'POST' || request.method === 'PUT' || request.method === 'PATCH';
  const isJson = type !== undefined && /^application\/json(\s*;\s*charset="?utf-8"?)?\s*$/i.test(type);
  return takesBody && !request.is404 && !isJson ? 415 : undefined;
};

const answerNotFound = (app: FastifyInstance, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
  const [url = '/'] = request.url.split('?', 1);
  const allowed = METHODS.filter((method) => app.hasRoute({ method, url }));
  if (allowed.length === 0) return sendError(reply, 404);
  return sendError(reply.header('Allow', allowed.join(', ')), 405);
};
