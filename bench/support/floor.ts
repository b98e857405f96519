/*
 * The floors, each a process of its own so that it has the same place on the machine as what it is compared with.
 * `accept`: bare node:http that reads the body, checks its HMAC and answers 200 at once. `echo`: the same, then one POST
 * to the Graph API with the person's text; keeps nothing, retries nothing.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { Agent, createServer, request } from 'node:http';

type Order = {
  readonly kind: 'accept' | 'echo';
  readonly secret: string;
  readonly token?: string;
  readonly graphPort: number;
  readonly graphPath: string;
};

const agent = new Agent({ keepAlive: true, maxSockets: 64 });

const echo = (order: Order, body: Buffer): void => {
  const parsed = JSON.parse(body.toString('utf8')) as {
    entry: { changes: { value: { messages?: { from: string; text: { body: string } }[] } }[] }[];
  };
  const message = parsed.entry[0]?.changes[0]?.value.messages?.[0];
  if (!message) return;
  const payload = JSON.stringify({
    messaging_product: 'whatsapp',
    to: `+${message.from}`,
    type: 'text',
    text: { body: message.text.body },
  });
  const post = request(
    {
      agent,
      port: order.graphPort,
      host: '127.0.0.1',
      path: order.graphPath,
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(payload),
        authorization: `Bearer ${order.token ?? ''}`,
      },
    },
    (answer) => answer.resume(),
  );
  post.on('error', () => undefined);
  post.end(payload);
};

process.once('message', (order: Order) => {
  const server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const body = Buffer.concat(chunks);
      const expected = createHmac('sha256', order.secret).update(body).digest();
      const claimed = Buffer.from(String(incoming.headers['x-hub-signature-256']).slice(7), 'hex');
      const isSigned = claimed.length === expected.length && timingSafeEqual(claimed, expected);
      outgoing.writeHead(isSigned ? 200 : 401, { 'content-length': '2', 'content-type': 'text/plain' }).end('ok');
      if (isSigned && order.kind === 'echo') echo(order, body);
    });
  });
  server.listen(0, '127.0.0.1', () => process.send?.((server.address() as { port: number }).port));
});
process.once('disconnect', () => process.exit(0));
