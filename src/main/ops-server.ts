import { fastify, type FastifyInstance, type FastifyReply } from 'fastify';
import { AggregatorRegistry, type Registry } from 'prom-client';
import { Fault } from '../base/fault.ts';
import type { Readiness } from './readiness.ts';
import type { MetricsJson } from './supervisor-wire.ts';

export type OpsServerOptions = {
  readonly host: string;
  /** 0: off. */
  readonly port: number;
  /** Staging and production: a port that is taken is a fault; elsewhere it is said and gone without. */
  readonly isStrict: boolean;
  readonly readiness: () => Promise<Readiness>;
  readonly registry: Registry;
  readonly collectChildren: () => Promise<readonly MetricsJson[]>;
  readonly note: (line: string) => void;
};

export type OpsServer = {
  /** Undefined when it is off or its port was taken. */
  readonly url: string | undefined;
  readonly close: () => Promise<void>;
};

/** Health, readiness and metrics of this process and its children, away from the public port (S86). */
export const openOpsServer = async (options: OpsServerOptions): Promise<OpsServer> => {
  const { host, port, isStrict, registry, collectChildren, note } = options;
  if (port === 0) return Object.freeze({ url: undefined, close: async () => undefined });
  const server = fastify({ logger: false, requestTimeout: 5_000, bodyLimit: 1_024, forceCloseConnections: true });
  addHealthRoutes(server, options.readiness);
  server.get('/metrics', async (_, reply) => {
    const all = [await registry.getMetricsAsJSON(), ...(await collectChildren())];
    const text = await AggregatorRegistry.aggregate(all).metrics();
    return reply.type(registry.contentType).send(text);
  });
  refuseOtherMethods(server, ['/health', '/ready', '/metrics']);
  try {
    const url = await server.listen({ host, port });
    return Object.freeze({ url, close: () => server.close() });
  } catch (error) {
    await server.close();
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE' || isStrict) {
      throw new Fault('main.ops_port_not_had', { retry: 'never', detail: `OPS_PORT ${port}`, cause: error });
    }
    note(`OPS_PORT ${port} is taken: going on without /health, /ready and /metrics there`);
    return Object.freeze({ url: undefined, close: async () => undefined });
  }
};

const STATUS = { ready: 200, degraded: 200, unavailable: 503 } as const satisfies Record<Readiness, number>;

/** `GET /health` and `GET /ready`, one word each; also for the public port. */
export const addHealthRoutes = (server: FastifyInstance, readiness: () => Promise<Readiness>): void => {
  const answer = (reply: FastifyReply, status: number, word: string) =>
    reply.code(status).header('cache-control', 'no-store').type('text/plain; charset=utf-8').send(word);
  server.get('/health', (_, reply) => answer(reply, 200, 'ok'));
  server.get('/ready', async (_, reply) => {
    const word = await readiness();
    return answer(reply, STATUS[word], word);
  });
};

/** A known path with another method is 405 and says which are right (RFC 9110, 15.5.6); all else is 404. */
const refuseOtherMethods = (server: FastifyInstance, paths: readonly string[]): void => {
  server.setNotFoundHandler((request, reply) => {
    const isKnown = paths.includes(request.url.split('?')[0] ?? '');
    if (isKnown) void reply.header('allow', 'GET, HEAD');
    return reply.code(isKnown ? 405 : 404).send();
  });
  server.setErrorHandler((_, __, reply) => reply.code(500).send());
};
