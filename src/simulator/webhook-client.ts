import { setMaxListeners } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { Agent, request } from 'undici';
import { newToken } from '../base/id.ts';
import type { Secret } from '../security/secret.ts';
import { signBody } from '../security/signature.ts';
import type { SimulatorSettings } from './settings.ts';

/** How one delivery ended; `status` is the last door's answer, absent where it did not answer. */
export type Delivery = { readonly accepted: boolean; readonly tries: number; readonly status?: number };
export type DoorAnswer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
};
export type PostOptions = {
  /** Another `X-Hub-Signature-256`; `null` = none at all. */
  readonly signature?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
  readonly url?: string;
};

/** Meta's side of the webhook: signs, posts to the doors in turn, repeats until one answers 200. */
export type Webhooks = {
  readonly setUrls: (urls: readonly string[]) => void;
  /** The GET handshake with every door, as when a callback URL is set: whether each echoed the challenge. */
  readonly subscribe: () => Promise<boolean>;
  /** One body, as JSON in Meta's escaping, signed; repeated. */
  readonly deliver: (body: object) => Promise<Delivery>;
  /** One try with whatever bytes and headers, for what no honest sender would do; signed unless told otherwise. */
  readonly postOnce: (body: Uint8Array | string | object, options?: PostOptions) => Promise<DoorAnswer>;
  /** Webhooks that no door has taken yet, statuses not yet due included. */
  readonly pending: () => number;
  /** Resolves when nothing is pending. */
  readonly idle: () => Promise<void>;
};
export type OwnedWebhooks = Webhooks & {
  /** Counts something as pending until the answer is called: a status that is not yet due. */
  readonly hold: () => () => void;
  /** Gives up all waiting deliveries. */
  readonly close: () => Promise<void>;
};

export type WebhookDeps = {
  readonly urls: readonly string[];
  readonly appSecret: Secret;
  readonly verifyToken: Secret;
  readonly settings: SimulatorSettings;
};

const escapeUnit = (unit: string): string =>
  unit === '/' ? String.raw`\/` : `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** Meta's bytes are ASCII: what is not is escaped in lower-case hex, and so is the slash (Messenger, "Webhooks"). */
const encodeAsMeta = (body: object): Buffer =>
  Buffer.from(JSON.stringify(body).replace(/[\u007f-\uffff/]/g, escapeUnit), 'latin1');

const toBytes = (body: Uint8Array | string | object): Uint8Array =>
  body instanceof Uint8Array ? body : typeof body === 'string' ? Buffer.from(body) : encodeAsMeta(body);

const countPending = () => {
  let count = 0;
  let whenIdle: (() => void)[] = [];
  const hold = (): (() => void) => {
    count += 1;
    return () => {
      count -= 1;
      if (count > 0) return;
      for (const resolve of whenIdle) resolve();
      whenIdle = [];
    };
  };
  const idle = (): Promise<void> =>
    count === 0 ? Promise.resolve() : new Promise((resolve) => void whenIdle.push(resolve));
  return { hold, idle, pending: () => count };
};

/** Meta's GET when a callback URL is set: true where the door echoes the challenge. */
const shakeHands = async (door: string, verifyToken: Secret, dispatcher: Agent): Promise<boolean> => {
  const url = new URL(door);
  const challenge = newToken(9);
  url.searchParams.set('hub.mode', 'subscribe');
  url.searchParams.set('hub.challenge', challenge);
  url.searchParams.set('hub.verify_token', verifyToken.reveal());
  const answer = await request(url, { dispatcher });
  return (await answer.body.text()) === challenge && answer.statusCode === 200;
};

const headersFor = (signature: string | null): Record<string, string> => ({
  'content-type': 'application/json',
  'user-agent': 'facebookexternalua',
  ...(signature === null ? {} : { 'x-hub-signature-256': signature }),
});

export const createWebhooks = ({ urls, appSecret, verifyToken, settings }: WebhookDeps): OwnedWebhooks => {
  const { connectionsMax, webhookTimeoutMs, triesMax, retryFirstMs, retryMaxMs } = settings;
  const agent = new Agent({
    connections: connectionsMax,
    headersTimeout: webhookTimeoutMs,
    bodyTimeout: webhookTimeoutMs,
  });
  const closing = new AbortController();
  setMaxListeners(0, closing.signal);
  const { hold, idle, pending } = countPending();
  let doors = urls;
  let turn = 0;
  const nextDoor = (): string | undefined => doors[turn++ % Math.max(doors.length, 1)];

  const post = async (url: string, bytes: Uint8Array, headers: Record<string, string>): Promise<DoorAnswer> => {
    const answer = await request(url, { dispatcher: agent, method: 'POST', body: bytes, headers });
    return { status: answer.statusCode, headers: answer.headers, body: await answer.body.text() };
  };
  const tryOnce = async (bytes: Uint8Array, headers: Record<string, string>): Promise<number | undefined> => {
    const url = nextDoor();
    if (url === undefined) return undefined;
    // A door that is away or hangs is what the retries are for.
    return post(url, bytes, headers).then(
      ({ status }) => status,
      () => undefined,
    );
  };

  const deliver = async (body: object): Promise<Delivery> => {
    const bytes = encodeAsMeta(body);
    const headers = headersFor(signBody(bytes, appSecret));
    const release = hold();
    try {
      for (let tries = 1; ; tries += 1) {
        const status = await tryOnce(bytes, headers);
        const accepted = status === 200;
        if (accepted || tries >= triesMax || closing.signal.aborted)
          return { accepted, tries, ...(status === undefined ? {} : { status }) };
        const ms = Math.min(retryFirstMs * 2 ** (tries - 1), retryMaxMs);
        await pause(ms, undefined, { signal: closing.signal }).catch(() => undefined);
      }
    } finally {
      release();
    }
  };

  return Object.freeze({
    setUrls: (next: readonly string[]) => {
      doors = next;
    },
    subscribe: async () =>
      (await Promise.all(doors.map((door) => shakeHands(door, verifyToken, agent)))).every(Boolean),
    deliver,
    postOnce: async (body: Uint8Array | string | object, options: PostOptions = {}) => {
      const bytes = toBytes(body);
      const signature = options.signature === undefined ? signBody(bytes, appSecret) : options.signature;
      return post(options.url ?? nextDoor() ?? '', bytes, { ...headersFor(signature), ...options.headers });
    },
    pending,
    idle,
    hold,
    close: async () => {
      closing.abort();
      await agent.destroy();
    },
  });
};
