import { setImmediate as nextTurn } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { newUuid } from '../../base/id.ts';
import type { Events } from '../events.ts';
import type { NewPerson } from './chat.ts';
import { readDigits } from './chats.ts';
import { NoSuchChoice, type People } from './people.ts';
import type { Posted } from './post-acts.ts';

const WAIT_MS_MAX = 60_000;
/** A page that reads slower than the world moves is cut off, and comes back for a fresh start. */
const UNREAD_BYTES_MAX = 4 * 1024 * 1024;
const TEXT_MAX = 70_000;

const address = z.string().min(1).max(200);
const personSchema = z.object({
  phone: z.string().max(30).optional(),
  name: z.string().trim().min(1).max(100).optional(),
  username: z.string().max(60).optional(),
});
const actSchema = z.discriminatedUnion('act', [
  z.object({ act: z.literal('text'), text: z.string().min(1).max(TEXT_MAX) }),
  z.object({ act: z.literal('tap'), id: address.max(256), prompt: address.optional() }),
  z.object({ act: z.literal('share_number'), phone: z.string().max(30).optional() }),
  z.object({ act: z.literal('flow'), response: z.record(z.string(), z.unknown()) }),
  z.object({ act: z.literal('media'), media: z.enum(['image', 'video', 'document', 'audio', 'sticker']) }),
  z.object({ act: z.literal('location') }),
  z.object({ act: z.literal('contact'), phone: z.string().max(30) }),
  z.object({ act: z.literal('reaction'), emoji: z.string().max(16), to: address }),
  z.object({ act: z.literal('edit'), wamid: address, text: z.string().min(1).max(TEXT_MAX) }),
  z.object({ act: z.literal('revoke'), wamid: address }),
  z.object({ act: z.literal('unsupported') }),
]);
/** What the chat page and the chat command may make a person do. */
export type PersonAct = z.infer<typeof actSchema>;
const waitSchema = z.object({
  after: z.coerce.number().int().min(0),
  waitMs: z.coerce.number().int().min(0).max(WAIT_MS_MAX),
});

const perform = (people: People, who: string, act: PersonAct): Promise<Posted> => {
  switch (act.act) {
    case 'text':
      return people.write(who, act.text);
    case 'tap':
      return people.tap(who, act.id, act.prompt === undefined ? {} : { prompt: act.prompt });
    case 'share_number':
      return people.shareNumber(who, act.phone);
    case 'flow':
      return people.submitFlow(who, act.response);
    case 'media':
      return people.sendMedia(who, act.media);
    case 'location':
      return people.sendLocation(who);
    case 'contact':
      return people.sendContact(who, act.phone);
    case 'reaction':
      return people.react(who, act.emoji, act.to);
    case 'edit':
      return people.edit(who, act.wamid, act.text);
    case 'revoke':
      return people.revoke(who, act.wamid);
    case 'unsupported':
      return people.sendUnsupported(who);
  }
};

/** Someone without a visible number is known by a BSUID alone. */
const completePerson = ({ phone, name, username }: z.infer<typeof personSchema>): NewPerson | undefined => {
  const who = phone === undefined ? { bsuid: `ZW.${newUuid().replaceAll('-', '').slice(0, 20)}` } : { phone };
  if (phone !== undefined && readDigits(phone) === undefined) return undefined;
  return { ...who, ...(name === undefined ? {} : { name }), ...(username === undefined ? {} : { username }) };
};

export type PeopleRouteDeps = { readonly people: People; readonly events: Events };

/** People by HTTP, for the chat page and the chat command. */
export const registerPeople = (app: FastifyInstance, { people, events }: PeopleRouteDeps): void => {
  app.get('/_people', () => ({
    people: people.list().map((person) => ({ person, messages: people.history(person.who) })),
  }));

  app.post('/_people', async (request, reply) => {
    const parsed = personSchema.safeParse(request.body);
    const person = parsed.success ? completePerson(parsed.data) : undefined;
    return person ? people.add(person) : reply.code(400).send({ problem: 'That is not a phone number.' });
  });

  app.post<{ Params: { who: string } }>('/_people/:who/acts', async (request, reply) => {
    const { who } = request.params;
    const parsed = actSchema.safeParse(request.body);
    const known = people.list().some((person) => person.who === who) || readDigits(who) === who;
    if (!parsed.success || !known) return reply.code(400).send({ problem: 'Nobody can do that here.' });
    const posted = perform(people, who, parsed.data);
    try {
      // A refusal comes at once; the doors may take their time.
      await Promise.race([posted, nextTurn()]);
    } catch (error) {
      if (error instanceof NoSuchChoice) return reply.code(409).send({ problem: error.message });
      throw error;
    }
    const message = people.history(who).findLast(({ from }) => from === 'person');
    return reply.code(202).send({ seq: message?.seq, wamid: message?.wamid });
  });

  app.get<{ Params: { who: string } }>('/_people/:who/reply', async (request, reply) => {
    const parsed = waitSchema.safeParse(request.query);
    if (!parsed.success) return reply.code(400).send({ problem: 'after and waitMs are numbers.' });
    const { after, waitMs } = parsed.data;
    const { who } = request.params;
    const message = await people.waitForReply(who, { after, timeoutMs: waitMs }).catch(() => undefined);
    if (message) return { message };
    const own = people.history(who).find(({ seq }) => seq === after);
    return reply.code(504).send({ problem: own?.state === 'waiting' || own?.state === 'failed' ? 'door' : 'silence' });
  });

  app.get('/_events', (request, reply) => {
    reply.hijack();
    const { raw } = reply;
    raw.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    raw.write('retry: 1000\n\n');
    const stop = events.subscribe((event) => {
      raw.write(`data: ${JSON.stringify(event)}\n\n`);
      if (raw.writableLength > UNREAD_BYTES_MAX) raw.destroy();
    });
    request.raw.on('close', stop);
  });
};
