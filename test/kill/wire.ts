import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The line between one worker and Graph, on which a test listens for P11: Graph has received, and not yet answered. */
export type Wire = {
  readonly url: string;
  /** Called with each answer of Graph before it is passed on; false = the answer is never passed on. */
  beforeAnswer: (() => boolean) | undefined;
  readonly close: () => Promise<void>;
};

const readBody = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
};

export const openWire = async (target: string): Promise<Wire> => {
  const pass = async (request: IncomingMessage): Promise<{ readonly status: number; readonly text: string }> => {
    const { authorization = '', 'content-type': type = '' } = request.headers;
    const body = await readBody(request);
    const headers = { authorization, 'content-type': type };
    const answer = await fetch(`${target}${request.url ?? ''}`, { method: 'POST', headers, body });
    return { status: answer.status, text: await answer.text() };
  };
  const server = createServer((request, response) => {
    pass(request).then(
      ({ status, text }) => {
        if (wire.beforeAnswer?.() === false) return;
        response.writeHead(status, { 'content-type': 'application/json' }).end(text);
      },
      // Whoever asked is gone, or Graph itself hung up.
      () => response.destroy(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const wire: Wire = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    beforeAnswer: undefined,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  return wire;
};
