import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { AtKillPoint } from '../base/kill-point.ts';
import { describeError } from '../base/fault.ts';
import { readHeader } from '../base/headers.ts';
import { checkSignature, isOneOf } from '../security/signature.ts';
import type { Secret } from '../security/secret.ts';
import type { NoteEvent } from '../watch/watch.ts';
import { BODY_BYTES_MAX, COMMIT_WAIT_MS } from './intake.ts';
import type { ReceiveSigned } from './receive.ts';

export type WebhookDeps = {
  readonly receiveSigned: ReceiveSigned;
  readonly appSecrets: readonly Secret[];
  readonly verifyTokens: readonly Secret[];
  readonly noteEvent: NoteEvent;
  /** Development only: a signed webhook with `X-Mock-Testing: true` has its replies sent to the simulator (S39–S41). */
  readonly allowMock: boolean;
  readonly at?: AtKillPoint;
};

export const WEBHOOK_PATH = '/bot/webhook';
const CHALLENGE_LENGTH_MAX = 1024;

/** The two methods of Meta's webhook (Cloud API, "Create a webhook endpoint"). Bodies reach them as raw bytes. */
export const addWebhookRoutes = (app: FastifyInstance, deps: WebhookDeps): void => {
  const { at } = deps;
  if (at)
    app.addHook('onResponse', async (request, reply) => {
      if (request.method === 'POST' && reply.statusCode === 200) await at('P3');
    });
  app.get(WEBHOOK_PATH, (request, reply) => answerHandshake(deps, request, reply));
  app.post(WEBHOOK_PATH, { bodyLimit: BODY_BYTES_MAX }, (request, reply) => receiveWebhook(deps, request, reply));
};

/** S98: mode, token (constant time), then the challenge as text, never as HTML; each parameter exactly once. */
const answerHandshake = (
  { verifyTokens, noteEvent }: WebhookDeps,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply => {
  const query = request.query as Readonly<Record<string, unknown>>;
  const { 'hub.mode': mode, 'hub.verify_token': token, 'hub.challenge': challenge } = query;
  const isShaped = mode === 'subscribe' && typeof token === 'string' && typeof challenge === 'string';
  if (!isShaped || challenge.length > CHALLENGE_LENGTH_MAX || !isOneOf(token, verifyTokens)) {
    noteEvent('intake.handshake_refused', { reason: isShaped ? 'wrong_token' : 'wrong_shape' });
    return refuse(reply, 403, 'forbidden');
  }
  noteEvent('intake.handshake_answered');
  return reply.code(200).type('text/plain; charset=utf-8').send(challenge);
};

const refuse = (reply: FastifyReply, status: number, code: string): FastifyReply =>
  reply
    .code(status)
    .send({ error: REFUSALS[code] ?? 'The request was refused.', status: 'error', code, requestId: reply.request.id });

const REFUSALS: Readonly<Record<string, string>> = {
  forbidden: 'The request was refused.',
  unauthorized: 'The request is not signed as it must be.',
  empty_body: 'The request has no body.',
  try_again: 'The request could not be kept just now. Please try again.',
};

/** Signature over the raw bytes first; only then is anything read of them; 200 only after the commit. */
const receiveWebhook = async (
  deps: WebhookDeps,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> => {
  const { receiveSigned, appSecrets, noteEvent } = deps;
  const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  const refusal = checkSignature(signatureHeader(request), body, appSecrets);
  if (refusal !== undefined) {
    noteEvent('intake.signature_refused', { reason: refusal });
    return refuse(reply, 401, 'unauthorized');
  }
  if (body.length === 0) return refuse(reply, 400, 'empty_body');
  try {
    await deps.at?.('P1');
    const outcome = await withinMs(receiveSigned(body, routeOf(deps, request)), COMMIT_WAIT_MS);
    if (outcome === 'kept') {
      await deps.at?.('P2');
      return await reply.code(200).type('text/plain; charset=utf-8').send('ok');
    }
    if (outcome === 'late') noteEvent('intake.store_away', { reason: 'late' });
  } catch (error) {
    noteEvent('intake.store_away', { reason: 'fault', detail: describeError(error) });
  }
  return refuse(reply.header('Retry-After', '5'), 503, 'try_again');
};

/** Node joins repeated headers; the raw list tells two of them from one that holds a comma. */
const signatureHeader = (request: FastifyRequest): string | readonly string[] | undefined => {
  const values = readHeader(request.raw.rawHeaders, 'x-hub-signature-256');
  return values.length > 1 ? values : values[0];
};

const routeOf = ({ allowMock, noteEvent }: WebhookDeps, request: FastifyRequest): 'graph' | 'simulator' => {
  if (request.headers['x-mock-testing'] === undefined) return 'graph';
  if (allowMock && request.headers['x-mock-testing'] === 'true') return 'simulator';
  noteEvent('intake.mock_header_seen');
  return 'graph';
};

const withinMs = async <T>(promise: Promise<T>, ms: number): Promise<T | 'late'> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(resolve, ms, 'late');
  });
  // The rows may still be kept after this answer; Meta's repeat is then a duplicate.
  promise.catch(() => undefined);
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
};
