/*
 * A world to play in: people with phones, and WhatsApp between them and the bot.
 * Arrives: sends of the bot (fake Graph API, checked as Meta checks them); acts of people, by function call, from the
 * chat page or the chat command. Leaves: signed webhooks to the bot's doors, repeated until a door answers 200.
 * Promises: what Graph would refuse is refused with its code; every accepted send is in its reader's inbox, once; faults
 * on order. All in memory: closing ends the world.
 * Will not: stand in for Meta in anything but the messages API, or run outside development and tests.
 */
import type { Clock } from '../base/clock.ts';
import type { Secret } from '../security/secret.ts';
import { createEvents } from './events.ts';
import { createFaults, type Faults } from './faults.ts';
import { createAcceptSend } from './graph/accept-send.ts';
import { registerGraph } from './graph/route.ts';
import type { NewPerson } from './people/chat.ts';
import { createChats } from './people/chats.ts';
import { createPeople, type People } from './people/people.ts';
import { registerPeople } from './people/route.ts';
import { createReadMarks } from './read-marks.ts';
import { createSentLog, type SentLog } from './sent.ts';
import { createServer } from './server.ts';
import { DEFAULT_SETTINGS, type SimulatorSettings } from './settings.ts';
import { createSendStatuses } from './statuses.ts';
import { createWebhooks, type Webhooks } from './webhook-client.ts';

export type SimulatorDeps = {
  readonly host: string;
  /** 0 = any free port. */
  readonly port: number;
  /** The bot's doors, taken in turn; may be set later by `webhooks.setUrls`. */
  readonly webhookUrls: readonly string[];
  readonly appSecret: Secret;
  readonly accessToken: Secret;
  readonly verifyToken: Secret;
  readonly phoneNumberId: string;
  /** The WABA id. */
  readonly businessId: string;
  readonly displayPhoneNumber: string;
  readonly clock: Clock;
  readonly people?: readonly NewPerson[];
  readonly settings?: Partial<SimulatorSettings>;
  /** Folder of the built chat page (`buildPage`); absent = no page. */
  readonly pageDirectory?: string;
};

export type Simulator = {
  /** `http://host:port`, also the Graph base URL. */
  readonly url: string;
  readonly people: People;
  readonly faults: Faults;
  readonly sent: SentLog;
  readonly webhooks: Webhooks;
  readonly close: () => Promise<void>;
};

/** Builds the world and opens its doors; resolves when it listens. */
export const createSimulator = async (deps: SimulatorDeps): Promise<Simulator> => {
  const { host, port, clock, appSecret, verifyToken, webhookUrls, pageDirectory } = deps;
  const settings = { ...DEFAULT_SETTINGS, ...deps.settings };
  const closing = new AbortController();
  const events = createEvents();
  const { emit } = events;
  const chats = createChats({ clock, historyMax: settings.historyMax, emit });
  const faults = createFaults((count) => emit({ type: 'faults', count }));
  const sent = createSentLog(settings.sentMax);
  const webhooks = createWebhooks({ urls: webhookUrls, appSecret, verifyToken, settings });
  const sendStatuses = createSendStatuses({
    webhooks,
    chats,
    business: deps,
    clock,
    settings,
    closing: closing.signal,
  });
  const { markRead, endTyping } = createReadMarks({ chats, emit });
  const acceptSend = createAcceptSend({ chats, sent, sendStatuses, clock, settings, endTyping });
  const people = createPeople({ chats, business: deps, clock, deliver: webhooks.deliver });
  for (const person of deps.people ?? []) chats.add(person);

  const app = await createServer({ host, faults, pageDirectory });
  registerGraph(app, { ...deps, settings, faults, chats, sent, acceptSend, markRead });
  registerPeople(app, { people, events });
  const url = await app.listen({ host, port });
  const close = async (): Promise<void> => {
    closing.abort();
    await webhooks.close();
    await app.close();
  };
  return Object.freeze({ url, people, faults, sent, webhooks, close });
};
