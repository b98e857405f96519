import { Pool, type Dispatcher } from 'undici';
import type { Secret } from '../../security/secret.ts';
import { proveAppSecret } from '../../security/signature.ts';
import { ANSWER_BYTES_MAX, CONNECT_TIMEOUT_MS, SENDS_IN_FLIGHT_MAX, SEND_TIMEOUT_MS } from '../limits.ts';
import { readAnswer, type GraphAnswer, type SendOutcome } from './read-answer.ts';
import { renderMessage, type RenderInput } from './render.ts';

/** Hands one message to WhatsApp. Never throws for what the network or Graph does: every end is an outcome. */
export type SendClient = {
  readonly send: (message: RenderInput) => Promise<SendOutcome>;
  readonly close: () => Promise<void>;
};

export type GraphClientDeps = {
  /** `WHATSAPP_API_URL`: the base without a version; its host was checked against `OUTBOUND_HOSTS` (S103). */
  readonly url: string;
  readonly version: string;
  readonly phoneNumberId: string;
  readonly accessToken: Secret;
  readonly appSecret: Secret;
  readonly caPem?: string;
  readonly timeoutMs?: number;
  readonly connectionsMax?: number;
};

const causeOf = (error: Error): string => {
  const code = (error as { code?: unknown }).code;
  return typeof code === 'string' && /^[A-Z0-9_]{2,40}$/.test(code) ? code.toLowerCase() : 'connection_failed';
};

const timeOut = (): Error => Object.assign(new Error('timed out'), { code: 'TIMED_OUT' });

type Watched = { readonly handler: Dispatcher.DispatchHandler; readonly stop: (error: Error) => void };

/** Follows one request. What fails before the request's start on a connected socket has not written a byte. */
const watchRequest = (
  settle: (end: GraphAnswer | { readonly error: Error; readonly began: boolean }) => void,
): Watched => {
  let controller: Dispatcher.DispatchController | undefined;
  let status = 0;
  let headers: GraphAnswer['headers'] = {};
  let bytes = 0;
  let stopped: Error | undefined;
  const chunks: Buffer[] = [];
  const handler: Dispatcher.DispatchHandler = {
    onRequestStart: (started) => {
      controller = started;
      if (stopped) {
        controller = undefined;
        started.abort(stopped);
      }
    },
    onResponseStart: (_, statusCode, heads) => {
      status = statusCode;
      headers = heads;
    },
    onResponseData: (data, chunk) => {
      bytes += chunk.length;
      if (bytes > ANSWER_BYTES_MAX) data.abort(new Error('answer too large'));
      else chunks.push(chunk);
    },
    onResponseEnd: () => settle({ status, headers, body: Buffer.concat(chunks).toString('utf8') }),
    onResponseError: (_, error) => settle({ error, began: controller !== undefined }),
  };
  const stop = (error: Error): void => {
    stopped = error;
    if (controller) controller.abort(error);
    else settle({ error, began: false });
  };
  return { handler, stop };
};

/**
 * The Graph API over kept-alive connections of one origin: connect 3 s, total 10 s, answers up to 256 KiB, no redirect is
 * followed (S103). The token travels with `appsecret_proof` (Meta, "Secure Graph API calls"): alone it is useless.
 */
export const createGraphClient = (deps: GraphClientDeps): SendClient => {
  const { url, version, phoneNumberId, accessToken, appSecret, caPem, timeoutMs = SEND_TIMEOUT_MS } = deps;
  const base = new URL(url);
  const proof = proveAppSecret(accessToken, appSecret);
  const path = `${base.pathname.replace(/\/$/, '')}/${version}/${phoneNumberId}/messages?appsecret_proof=${proof}`;
  const headers = {
    authorization: `Bearer ${accessToken.reveal()}`,
    'content-type': 'application/json',
    accept: 'application/json',
  };
  const pool = new Pool(base.origin, {
    connections: deps.connectionsMax ?? SENDS_IN_FLIGHT_MAX,
    pipelining: 1,
    connect: { timeout: CONNECT_TIMEOUT_MS, ...(caPem === undefined ? {} : { ca: caPem }) },
    headersTimeout: 0,
    bodyTimeout: 0,
  });

  const send = (message: RenderInput): Promise<SendOutcome> => {
    const body = JSON.stringify(renderMessage(message));
    return new Promise((resolve) => {
      const watched = watchRequest((end) => {
        clearTimeout(timer);
        if (!('error' in end)) resolve(readAnswer(end));
        else resolve({ outcome: end.began ? 'ambiguous' : 'not_sent', reason: causeOf(end.error) });
      });
      const timer = setTimeout(() => watched.stop(timeOut()), timeoutMs);
      pool.dispatch({ path, method: 'POST', headers, body }, watched.handler);
    });
  };

  return Object.freeze({ send, close: () => pool.destroy() });
};
