import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';

export type Heard = { readonly from: string; readonly wamid: string; readonly text: string; readonly tapped: string };
type Answer = Readonly<Record<string, unknown>>;

export type FakeBot = {
  readonly url: string;
  readonly listenTo: (graphUrl: string) => void;
  readonly close: () => Promise<void>;
};

const reply = z.object({ id: z.string() });
const webhook = z.object({
  entry: z.array(
    z.object({
      changes: z.array(
        z.object({
          value: z.object({
            messages: z
              .array(
                z.object({
                  from: z.string().optional(),
                  from_user_id: z.string().optional(),
                  id: z.string(),
                  type: z.string(),
                  text: z.object({ body: z.string() }).optional(),
                  interactive: z.object({ button_reply: reply.optional(), list_reply: reply.optional() }).optional(),
                }),
              )
              .optional(),
          }),
        }),
      ),
    }),
  ),
});

/** A bot of a few lines, so that the page can be tested without the program: `answer` decides what it sends back. */
export const createFakeBot = async (answer: (heard: Heard) => Answer | undefined): Promise<FakeBot> => {
  let graphUrl = '';
  const send = (body: Answer) =>
    fetch(`${graphUrl}/v25.0/1000/messages`, {
      method: 'POST',
      headers: { authorization: 'Bearer token', 'content-type': 'application/json' },
      body: JSON.stringify({ messaging_product: 'whatsapp', ...body }),
    });
  const hear = async (body: string): Promise<void> => {
    const messages = webhook
      .parse(JSON.parse(body))
      .entry.flatMap(({ changes }) => changes.flatMap(({ value }) => value.messages ?? []));
    for (const { from, from_user_id, id, text, interactive } of messages) {
      const tapped = (interactive?.button_reply ?? interactive?.list_reply)?.id ?? '';
      const whom = from === undefined ? { recipient: from_user_id } : { to: `+${from}` };
      await send({ status: 'read', message_id: id, typing_indicator: { type: 'text' } });
      const sent = answer({ from: from ?? '', wamid: id, text: text?.body ?? '', tapped });
      if (sent) await send({ ...whom, ...sent });
    }
  };
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += String(chunk)));
    request.on('end', () => {
      response.end('ok');
      void hear(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/bot/webhook`,
    listenTo: (url) => {
      graphUrl = url;
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
};
