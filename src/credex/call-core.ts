import {
  BrokenCircuitError,
  circuitBreaker,
  CircuitState,
  ConsecutiveBreaker,
  ConstantBackoff,
  handleWhen,
  noop,
  retry,
  wrap,
} from 'cockatiel';
import { Pool } from 'undici';
import { Bug } from '../base/assert.ts';
import { monotonicMs } from '../base/clock.ts';
import { Fault } from '../base/fault.ts';
import type { Secret } from '../security/secret.ts';
import {
  BREAKER_FAILURES,
  BREAKER_OPEN_MS,
  CALL_TIMEOUT_MS,
  CONNECT_TIMEOUT_MS,
  CONNECTIONS_MAX,
  READ_REPEAT_AFTER_MS,
  READ_REPEATS_MAX,
  REPLY_BYTES_MAX,
} from './limits.ts';
import { makeHeaders } from './make-headers.ts';

export type CoreCall = {
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
  readonly token?: string;
  readonly idempotencyKey?: string;
  /** Whether core may be asked twice: true only where nothing can change by it. */
  readonly reads: boolean;
};

/** What core answered below 500, whether or not it makes sense; `json` is undefined when it was no JSON. */
export type CoreReply = { readonly status: number; readonly json: unknown; readonly authorization: string | undefined };

export type CallCore = {
  /**
   * @throws Fault `credex.core_away`; of a call that may change the ledger only where it is certain that nothing was done,
   *   else `credex.outcome_unknown`.
   */
  readonly call: (call: CoreCall) => Promise<CoreReply>;
  /** The breaker is open: nothing would be sent. */
  readonly isDown: () => boolean;
  readonly close: () => Promise<void>;
};

export type CallCoreDeps = {
  /** Core's root. The only host that is ever spoken to: redirects are answers like any other. */
  readonly baseUrl: string;
  readonly clientKey: Secret;
  readonly caPem?: string;
  readonly observeMs?: (ms: number) => void;
  /** The budget of one call with its repeats. */
  readonly timeoutMs?: number;
};

const TOO_MANY = 'status 429';
const NOT_SENT = 'not sent';

const isAway = (error: unknown): error is Fault => error instanceof Fault && error.code === 'credex.core_away';
/** A core that asks for less is not asked again at once. */
const isWorthRepeating = (error: unknown): boolean => isAway(error) && error.detail !== TOO_MANY;

/** The one way out to core: connect 3 s, everything 10 s, 2 MiB, one repeat of reads, one breaker (S75, S103). */
export const createCallCore = (deps: CallCoreDeps): CallCore => {
  const { baseUrl, clientKey, caPem, observeMs = () => undefined, timeoutMs = CALL_TIMEOUT_MS } = deps;
  const base = new URL(baseUrl);
  const prefix = base.pathname.replace(/\/+$/, '');
  const pool = new Pool(base.origin, {
    connections: CONNECTIONS_MAX,
    connect: { timeout: CONNECT_TIMEOUT_MS, ...(caPem === undefined ? {} : { ca: caPem }) },
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    maxResponseSize: REPLY_BYTES_MAX,
  });
  const breaker = circuitBreaker(handleWhen(isAway), {
    halfOpenAfter: BREAKER_OPEN_MS,
    breaker: new ConsecutiveBreaker(BREAKER_FAILURES),
  });
  const repeat = retry(handleWhen(isWorthRepeating), {
    maxAttempts: READ_REPEATS_MAX,
    backoff: new ConstantBackoff(READ_REPEAT_AFTER_MS),
  });
  const policies = { reads: wrap(repeat, breaker), writes: wrap(noop, breaker) };

  const send = async ({ path, body, token, idempotencyKey }: CoreCall, signal: AbortSignal): Promise<CoreReply> => {
    const headers = makeHeaders({
      clientKey,
      ...(token === undefined ? {} : { token }),
      ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
    });
    const startedAt = monotonicMs();
    try {
      const reply = await pool.request({
        method: 'POST',
        path: `${prefix}${path}`,
        headers,
        body: JSON.stringify(body),
        signal,
      });
      if (Number(reply.headers['content-length'] ?? 0) > REPLY_BYTES_MAX) {
        reply.body.on('error', () => undefined).destroy();
        throw nonsense('reply too large');
      }
      const text = await reply.body.text();
      const { authorization } = reply.headers;
      if (reply.statusCode === 429) throw away(TOO_MANY);
      if (reply.statusCode >= 500) throw away(`status ${String(reply.statusCode)}`);
      return {
        status: reply.statusCode,
        json: parseJson(text),
        authorization: typeof authorization === 'string' ? authorization : undefined,
      };
    } catch (error) {
      throw toFault(error);
    } finally {
      observeMs(monotonicMs() - startedAt);
    }
  };

  return Object.freeze({
    call: async (call: CoreCall) => {
      const signal = AbortSignal.timeout(timeoutMs);
      try {
        return await policies[call.reads ? 'reads' : 'writes'].execute(() => send(call, signal), signal);
      } catch (error) {
        const fault = error instanceof BrokenCircuitError ? away(`${NOT_SENT}: breaker open`, error) : toFault(error);
        if (call.reads || !(fault instanceof Fault) || isNothingDone(fault)) throw fault;
        throw outcomeUnknown(fault);
      }
    },
    isDown: () => breaker.state === CircuitState.Open,
    close: () => pool.destroy(),
  });
};

export const away = (detail: string, cause?: unknown): Fault =>
  new Fault('credex.core_away', { retry: 'later', detail, cause });

/** Failures before the first byte: name look-up and connecting. */
const BEFORE_SENDING = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

const toFault = (error: unknown): unknown => {
  if (error instanceof Fault || error instanceof Bug || !(error instanceof Error)) return error;
  const code = (error as { readonly code?: unknown }).code;
  if (code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE') return nonsense('reply too large', error);
  const word = typeof code === 'string' && /^[A-Z_]{2,40}$/.test(code) ? code : error.name;
  return away(BEFORE_SENDING.has(word) ? `${NOT_SENT}: ${word}` : word, error);
};

const isNothingDone = ({ detail }: Fault): boolean => detail === TOO_MANY || detail?.startsWith(NOT_SENT) === true;

/** It was sent, and no answer says what became of it. */
export const outcomeUnknown = (cause: Fault): Fault =>
  new Fault('credex.outcome_unknown', {
    retry: 'later',
    cause,
    ...(cause.detail === undefined ? {} : { detail: cause.detail }),
  });

/** Core answered what the contract does not know. */
export const nonsense = (detail: string, cause?: unknown): Fault =>
  new Fault('credex.core_nonsense', { retry: 'later', detail, cause });

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
