import Fastify, { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { Socket } from 'node:net';
import { describeError } from '../base/fault.ts';
import { readHeader } from '../base/headers.ts';
import { newCorrelationId } from '../base/id.ts';
import { isHostAllowed, readHost } from '../security/host.ts';
import type { NoteEvent } from '../watch/watch.ts';

export type HttpServerDeps = {
  readonly noteEvent: NoteEvent;
  readonly trustedProxies: readonly string[];
  readonly allowedHosts: readonly string[];
};

/**
 * On every answer, of whatever status (S21–S23, S54). A constant: composing the same dozen headers anew for each answer
 * was a tenth of the door's processor time (2026-11-24).
 */
const HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none';frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'origin-agent-cluster': '?1',
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
  'x-content-type-options': 'nosniff',
  'x-dns-prefetch-control': 'off',
  'x-download-options': 'noopen',
  'x-frame-options': 'DENY',
  'x-permitted-cross-domain-policies': 'none',
  'x-xss-protection': '0',
} as const;

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
  421: { code: 'wrong_host', error: 'This service is not called by that name.' },
  415: { code: 'unsupported_type', error: 'The request must be plain JSON.' },
  503: { code: 'unavailable', error: 'The service cannot answer just now. Please try again.' },
};
const UNKNOWN_ERROR = { code: 'internal', error: 'Something went wrong on our side.' };

const sendError = (reply: FastifyReply, status: number): FastifyReply =>
  reply.code(status).send({ status: 'error', requestId: reply.request.id, ...(ERRORS[status] ?? UNKNOWN_ERROR) });

/** A server whose bodies stay bytes: only a route knows what may be parsed, and when (S38). */
export const createHttpServer = ({ noteEvent, trustedProxies, allowedHosts }: HttpServerDeps): FastifyInstance => {
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
  app.addHook('onRequest', (request, reply, done) => {
    void reply.headers(HEADERS);
    const refusal = checkHead(request, allowedHosts);
    if (refusal === undefined) return done();
    noteEvent('intake.request_refused', {
      reason: ERRORS[refusal]?.code ?? 'head',
      correlationId: request.id as never,
    });
    void sendError(reply, refusal);
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

const UNREADABLE_HEAD = [
  'HTTP/1.1 400 Bad Request',
  'connection: close',
  'content-type: application/json; charset=utf-8',
  ...Object.entries(HEADERS).map(([name, value]) => `${name}: ${value}`),
].join('\r\n');

/** Whether anybody was there to be answered. */
const answerUnreadable = (error: NodeJS.ErrnoException, socket: Socket): boolean => {
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) return false;
  const body = JSON.stringify({ status: 'error', requestId: newCorrelationId(), ...ERRORS[400] });
  socket.end(`${UNREADABLE_HEAD}\r\nContent-Length: ${String(Buffer.byteLength(body))}\r\n\r\n${body}`);
  return true;
};

/** Asked by load balancers under whatever name. */
const ANY_HOST: readonly string[] = ['/health', '/ready'];

/** What can be refused before a byte of the body is read. */
const checkHead = (request: FastifyRequest, allowedHosts: readonly string[]): number | undefined => {
  const { headers } = request;
  // Of two, Node keeps the first; which of them a proxy looked at is anybody's guess.
  if (readHeader(request.raw.rawHeaders, 'host').length !== 1) return 400;
  const host = readHost(headers.host ?? '');
  if (host === undefined) return 400;
  if (!isHostAllowed(host, allowedHosts) && !ANY_HOST.includes(request.url)) return 421;
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') return 415;
  const type = headers['content-type'];
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
