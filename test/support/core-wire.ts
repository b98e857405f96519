import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request to core as it came by. */
export type CoreRequest = {
  readonly path: string;
  readonly key: string | undefined;
  readonly body: Readonly<Record<string, unknown>>;
};
export type CoreAnswer = { readonly status: number; readonly text: string; readonly authorization: string | null };

/** What the wire does with one call; `pass` asks the real core. Answering nothing drops the connection. */
export type Act = (request: CoreRequest, pass: () => Promise<CoreAnswer>) => Promise<CoreAnswer | undefined>;

/** The line between the program and a core that is served over HTTP, on which a test counts, delays, cuts and kills. */
export type CoreWire = {
  readonly url: string;
  /** Calls that came by, in order. */
  readonly calls: readonly CoreRequest[];
  /** How often this endpoint was called. */
  readonly count: (path: string) => number;
  /** What happens to calls of this endpoint from now on, as often as `times`; then they pass again. */
  readonly on: (path: string, act: Act, times?: number) => void;
  readonly close: () => Promise<void>;
};

export type CoreWireOptions = {
  readonly target: string;
  /** A core without idempotency: keys are taken off the requests. */
  readonly forgetsKeys: boolean;
};

const readBody = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
};

const headersOf = (request: IncomingMessage, forgetsKeys: boolean): Record<string, string> =>
  Object.fromEntries(
    ['authorization', 'content-type', 'x-client-api-key', ...(forgetsKeys ? [] : ['idempotency-key'])].flatMap(
      (name) => {
        const value = request.headers[name];
        return typeof value === 'string' ? [[name, value]] : [];
      },
    ),
  );

export const openCoreWire = async ({ target, forgetsKeys }: CoreWireOptions): Promise<CoreWire> => {
  const calls: CoreRequest[] = [];
  const acts = new Map<string, { readonly act: Act; left: number }>();

  const hear = async (request: IncomingMessage): Promise<CoreAnswer | undefined> => {
    const path = request.url ?? '';
    const text = await readBody(request);
    const key = request.headers['idempotency-key'];
    const seen: CoreRequest = {
      path,
      key: typeof key === 'string' ? key : undefined,
      body: JSON.parse(text === '' ? '{}' : text) as CoreRequest['body'],
    };
    calls.push(seen);
    const pass = async (): Promise<CoreAnswer> => {
      const answer = await fetch(`${target}${path}`, {
        method: 'POST',
        headers: headersOf(request, forgetsKeys),
        body: text,
      });
      return { status: answer.status, text: await answer.text(), authorization: answer.headers.get('authorization') };
    };
    const rule = acts.get(path);
    if (!rule || rule.left === 0) return pass();
    rule.left -= 1;
    return rule.act(seen, pass);
  };

  const write = (response: ServerResponse, answer: CoreAnswer | undefined): void => {
    if (!answer) return void response.destroy();
    const { status, text, authorization } = answer;
    response.writeHead(status, {
      'content-type': 'application/json',
      ...(authorization !== null && { authorization }),
    });
    response.end(text);
  };

  const server = createServer((request, response) => {
    hear(request).then(
      (answer) => write(response, answer),
      () => response.destroy(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    count: (path) => calls.filter((call) => call.path === path).length,
    on: (path, act, times = 1) => void acts.set(path, { act, left: times }),
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
};

const NO_TOKEN = { authorization: null } as const;

/** Core never hears of it. */
export const cutBefore: Act = () => Promise.resolve(undefined);
/** Core does it, and nobody hears what it says. */
export const cutAfter: Act = async (_, pass) => {
  await pass();
  return undefined;
};
/** Core does it, and something before it answers. */
export const answerAfter =
  (status: number, text: string): Act =>
  async (_, pass) => {
    await pass();
    return { status, text, ...NO_TOKEN };
  };
/** Something before core answers, and core never hears of it. */
export const answerInstead =
  (status: number, text: string): Act =>
  () =>
    Promise.resolve({ status, text, ...NO_TOKEN });
