import type { FastifyInstance } from 'fastify';
import type { Endpoint } from './endpoints.ts';

export const registerRoutes = (app: FastifyInstance, endpoints: readonly Endpoint[]): void => {
  app.get('/health', () => ({ status: 'healthy' }));
  for (const { path, serve } of endpoints) {
    app.post(path, async ({ headers, body: sent }, reply) => {
      const { status, body, token } = await serve({ headers, body: sent });
      if (token !== undefined) reply.header('authorization', `Bearer ${token}`);
      return reply.status(status).send(body);
    });
  }
};
