import type { AddressInfo } from 'node:net';
import helmet from '@fastify/helmet';
import Fastify, { type FastifyInstance } from 'fastify';
import type { Clock } from '../../base/clock.ts';
import { isPassing } from '../../base/fault.ts';
import { BODY_BYTES_MAX, REQUEST_TIMEOUT_MS } from '../limits.ts';
import { failTransport } from './envelope.ts';
import { createEndpoints, type EndpointDeps } from './endpoints.ts';
import { registerRoutes } from './route.ts';

export type LedgerServerDeps = EndpointDeps & {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Told of what was thrown; the stranger hears one fixed sentence. */
  readonly noteFailure: (error: unknown) => void;
};

export type LedgerServer = { readonly url: string; readonly port: number; readonly close: () => Promise<void> };

/** Serves dialect C at the root. Every error leaves in its envelope, and no error's text leaves at all. */
export const startLedgerServer = async (deps: LedgerServerDeps): Promise<LedgerServer> => {
  const { host, port, clock, noteFailure } = deps;
  const endpoints = createEndpoints(deps);
  const app = Fastify({
    bodyLimit: BODY_BYTES_MAX,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: 72_000,
    forceCloseConnections: 'idle',
  });
  await app.register(helmet);
  refuseEncodings(app, clock);
  answerErrors(app, {
    clock,
    noteFailure,
    paths: new Map([...endpoints.map(({ path }) => [path, 'POST'] as const), ['/health', 'GET, HEAD']]),
  });
  registerRoutes(app, endpoints);
  await app.listen({ host, port });
  const address = app.server.address() as AddressInfo;
  return Object.freeze({ url: `http://${host}:${String(address.port)}`, port: address.port, close: () => app.close() });
};

const refuseEncodings = (app: FastifyInstance, clock: Clock): void => {
  app.addHook('onRequest', async (request, reply) => {
    const encoding = request.headers['content-encoding'];
    if (encoding === undefined || encoding === 'identity') return;
    await reply.status(415).send(failTransport(415, clock.now()).body);
  });
};

type Errors = {
  readonly clock: Clock;
  readonly noteFailure: (error: unknown) => void;
  readonly paths: ReadonlyMap<string, string>;
};

const answerErrors = (app: FastifyInstance, { clock, noteFailure, paths }: Errors): void => {
  app.setNotFoundHandler(async (request, reply) => {
    const allowed = paths.get(request.url.split('?', 1)[0] ?? '');
    if (allowed !== undefined) reply.header('allow', allowed);
    const { status, body } = failTransport(allowed === undefined ? 404 : 405, clock.now());
    await reply.status(status).send(body);
  });
  app.setErrorHandler(async (error: { readonly statusCode?: number }, _request, reply) => {
    const claimed = error.statusCode ?? 500;
    const isClientError = claimed >= 400 && claimed < 500;
    if (!isClientError) noteFailure(error);
    const { status, body } = failTransport(isClientError ? claimed : isPassing(error) ? 503 : 500, clock.now());
    await reply.status(status).send(body);
  });
};
