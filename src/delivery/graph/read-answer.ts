import { classify, type RetryClass } from './retry-classes.ts';

/** What became of one POST. Only `accepted` and `refused` are Graph's word; `not_sent` means that no byte was written. */
export type SendOutcome =
  | { readonly outcome: 'accepted'; readonly wamid: string }
  | {
      readonly outcome: 'refused';
      readonly code: number | undefined;
      readonly retryClass: RetryClass;
      readonly retryAfterMs?: number;
    }
  | { readonly outcome: 'not_sent'; readonly reason: string }
  | { readonly outcome: 'ambiguous'; readonly reason: string };

export type GraphAnswer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
};

type Json = Readonly<Record<string, unknown>>;
const asObject = (value: unknown): Json | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined;

const parse = (body: string): Json | undefined => {
  try {
    return asObject(JSON.parse(body));
  } catch {
    return undefined;
  }
};

const readWamid = (json: Json): string | undefined => {
  const [message] = Array.isArray(json.messages) ? (json.messages as readonly unknown[]) : [];
  const id = asObject(message)?.id;
  return typeof id === 'string' && id.length > 0 && id.length <= 512 ? id : undefined;
};

/** `Retry-After` in seconds; `X-Business-Use-Case-Usage` tells minutes, for each use case. */
const readRetryAfterMs = (headers: GraphAnswer['headers']): number | undefined => {
  const after = headers['retry-after'];
  if (typeof after === 'string' && /^[0-9]{1,6}$/.test(after)) return Number(after) * 1_000;
  const usage = headers['x-business-use-case-usage'];
  const told = typeof usage === 'string' ? parse(usage) : undefined;
  const minutes = Object.values(told ?? {})
    .flat()
    .map((entry) => asObject(entry)?.estimated_time_to_regain_access)
    .filter((value): value is number => typeof value === 'number' && value > 0 && Number.isFinite(value));
  return minutes.length > 0 ? Math.max(...minutes) * 60_000 : undefined;
};

/**
 * Reads Graph's answer to a send (Meta, "Messages"; "Error codes"). A 2xx that names no message, and a failure of the
 * server or of something before it that is not Graph's JSON, may hide an accepted message: they are ambiguous.
 * 429 and 503 say themselves that nothing was handled (RFC 9110 15.6.4, RFC 6585).
 */
export const readAnswer = ({ status, headers, body }: GraphAnswer): SendOutcome => {
  const json = parse(body);
  const error = asObject(json?.error);
  if (error !== undefined || (status >= 300 && status < 500) || status === 503) {
    const code = typeof error?.code === 'number' && Number.isInteger(error.code) ? error.code : undefined;
    const retryAfterMs = readRetryAfterMs(headers);
    const retryClass = classify(code, status);
    return { outcome: 'refused', code, retryClass, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
  }
  const wamid = json && status < 300 ? readWamid(json) : undefined;
  return wamid === undefined
    ? { outcome: 'ambiguous', reason: status < 300 ? 'answer_unreadable' : 'server_failed' }
    : { outcome: 'accepted', wamid };
};
