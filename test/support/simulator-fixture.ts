import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createMovableClock, type MovableClock } from '../../src/base/clock.ts';
import { createSecret } from '../../src/security/secret.ts';
import type { SimulatorSettings } from '../../src/simulator/settings.ts';
import { createSimulator, type Simulator } from '../../src/simulator/simulator.ts';

export const TARIRO = '263770000001';
export const FARAI = '263770000002';
/** Known by a BSUID alone. */
export const NYASHA = 'ZW.10000000000000000001';
export const appSecret = createSecret('an app secret of some length');
export const accessToken = createSecret('token');

/** What `JSON.parse` gives: looked at, not believed. */
type Json = ReturnType<typeof JSON.parse>;
export type Hook = { readonly raw: Buffer; readonly headers: IncomingHttpHeaders; readonly body: Json };
type Answer = { readonly status: number; readonly body: Json };

/** A simulator whose only door writes down what it is told. */
export type SimulatorFixture = {
  readonly simulator: Simulator;
  readonly clock: MovableClock;
  /** Webhooks that the door took, in order. */
  readonly hooks: readonly Hook[];
  readonly refusedHooks: () => number;
  /** The first change of the last webhook. */
  readonly lastValue: () => Json;
  readonly statuses: () => readonly Json[];
  readonly answerWith: (status: number) => void;
  readonly acceptHandshake: (accept: boolean) => void;
  readonly post: (path: string, body: unknown, headers?: Readonly<Record<string, string>>) => Promise<Answer>;
  /** A text to Tariro, unless `message` says otherwise. */
  readonly send: (message?: object) => Promise<Answer>;
  readonly errorOf: (sent: Promise<Answer>) => Promise<Json>;
  readonly close: () => Promise<void>;
};

const openDoor = async () => {
  const hooks: Hook[] = [];
  let status = 200;
  let shakes = true;
  let refused = 0;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      if (request.method === 'GET') {
        const { searchParams } = new URL(request.url ?? '', 'http://door');
        const known = shakes && searchParams.get('hub.verify_token') === 'verify';
        response.end(known ? searchParams.get('hub.challenge') : '');
        return;
      }
      const raw = Buffer.concat(chunks);
      if (status === 200) hooks.push({ raw, headers: request.headers, body: JSON.parse(raw.toString()) });
      else refused += 1;
      response.writeHead(status).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    hooks,
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/bot/webhook`,
    refusedHooks: () => refused,
    answerWith: (next: number) => {
      status = next;
    },
    acceptHandshake: (accept: boolean) => {
      shakes = accept;
    },
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
};

export const openSimulator = async (settings: Partial<SimulatorSettings> = {}): Promise<SimulatorFixture> => {
  const door = await openDoor();
  const clock = createMovableClock();
  const simulator = await createSimulator({
    host: '127.0.0.1',
    port: 0,
    webhookUrls: [door.url],
    appSecret,
    accessToken,
    verifyToken: createSecret('verify'),
    phoneNumberId: '1000',
    businessId: '2000',
    displayPhoneNumber: '15550001000',
    clock,
    people: [
      { phone: TARIRO, name: 'Tariro' },
      { bsuid: NYASHA, name: 'Nyasha', username: 'nyasha' },
    ],
    settings: { retryFirstMs: 5, statuses: 'none', ...settings },
  });
  const post: SimulatorFixture['post'] = async (path, body, headers = {}) => {
    const answer = await fetch(`${simulator.url}${path}`, {
      method: 'POST',
      headers: { authorization: 'Bearer token', 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    return { status: answer.status, body: await answer.json() };
  };
  const values = (): Json[] => door.hooks.map(({ body }) => body.entry[0].changes[0].value);
  return {
    ...door,
    simulator,
    clock,
    lastValue: () => values().at(-1),
    statuses: () => values().flatMap((value) => value.statuses ?? []),
    post,
    send: (message = {}) =>
      post('/v25.0/1000/messages', {
        messaging_product: 'whatsapp',
        to: `+${TARIRO}`,
        type: 'text',
        text: { body: 'Hello' },
        ...message,
      }),
    errorOf: async (sent) => (await sent).body.error,
    close: async () => {
      await simulator.close();
      door.close();
    },
  };
};
