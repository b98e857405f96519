import { newToken } from '../../base/id.ts';

type ErrorRow = { readonly status: number; readonly type: string; readonly message: string; readonly subcode?: number };

const OAUTH = 'OAuthException';

/** Graph's refusals by `error.code` (Meta, "Cloud API error codes"): HTTP status as Meta sends it, words our own. */
export const GRAPH_ERRORS = {
  1: { status: 500, type: OAUTH, message: 'An unknown error occurred' },
  2: { status: 503, type: OAUTH, message: 'Service temporarily unavailable' },
  4: { status: 400, type: OAUTH, message: '(#4) Application request limit reached' },
  10: { status: 403, type: OAUTH, message: '(#10) Permission denied' },
  33: { status: 400, type: 'GraphMethodException', message: 'Unsupported request: unknown object', subcode: 33 },
  100: { status: 400, type: OAUTH, message: '(#100) Invalid parameter' },
  190: { status: 401, type: OAUTH, message: 'Invalid or expired access token' },
  368: { status: 403, type: OAUTH, message: '(#368) Temporarily blocked for policy violations' },
  2500: { status: 400, type: OAUTH, message: 'Unknown path components' },
  80007: { status: 400, type: OAUTH, message: '(#80007) Account rate limit reached' },
  130403: { status: 400, type: OAUTH, message: '(#130403) Recipient is blocked by this business' },
  130429: { status: 429, type: OAUTH, message: '(#130429) Throughput limit reached' },
  131000: { status: 500, type: OAUTH, message: '(#131000) Something went wrong' },
  131005: { status: 403, type: OAUTH, message: '(#131005) Access denied' },
  131008: { status: 400, type: OAUTH, message: '(#131008) Required parameter is missing' },
  131009: { status: 400, type: OAUTH, message: '(#131009) Parameter value is not valid' },
  131016: { status: 500, type: OAUTH, message: '(#131016) Service unavailable' },
  131021: { status: 400, type: OAUTH, message: '(#131021) Recipient and sender are the same' },
  131026: { status: 400, type: OAUTH, message: '(#131026) Message undeliverable' },
  131031: { status: 403, type: OAUTH, message: '(#131031) Account locked' },
  131042: { status: 400, type: OAUTH, message: '(#131042) Payment method missing or refused' },
  131047: { status: 400, type: OAUTH, message: '(#131047) More than 24 hours since the person last wrote' },
  131048: { status: 400, type: OAUTH, message: '(#131048) Limited for quality' },
  131049: { status: 400, type: OAUTH, message: '(#131049) Held back to protect the person' },
  131051: { status: 400, type: OAUTH, message: '(#131051) Message type not supported' },
  131056: { status: 400, type: OAUTH, message: '(#131056) Too many messages to this person' },
  131057: { status: 500, type: OAUTH, message: '(#131057) Account in maintenance' },
  131062: { status: 400, type: OAUTH, message: '(#131062) This message needs a phone number' },
  132000: { status: 400, type: OAUTH, message: '(#132000) Number of template parameters does not match' },
  132001: { status: 404, type: OAUTH, message: '(#132001) No such template in this language' },
  133010: { status: 400, type: OAUTH, message: '(#133010) Number not registered' },
  137000: { status: 400, type: OAUTH, message: "(#137000) The person's identity key has changed" },
} as const satisfies Readonly<Record<number, ErrorRow>>;

export type GraphErrorCode = keyof typeof GRAPH_ERRORS;

export const isGraphErrorCode = (code: number): code is GraphErrorCode => Object.hasOwn(GRAPH_ERRORS, code);

/** A refused send; `details` names the field. */
export type GraphRefusal = { readonly code: GraphErrorCode; readonly details: string };

/** Status and body of Graph's answer to what it refuses. Code 33 is, in Meta's words, code 100 with subcode 33. */
export const renderGraphError = ({
  code,
  details,
}: GraphRefusal): { readonly status: number; readonly body: object } => {
  const row: ErrorRow = GRAPH_ERRORS[code];
  const error = {
    message: row.message,
    type: row.type,
    code: code === 33 ? 100 : code,
    ...(row.subcode === undefined ? {} : { error_subcode: row.subcode }),
    ...(details === '' ? {} : { error_data: { messaging_product: 'whatsapp', details } }),
    fbtrace_id: newToken(8),
  };
  return { status: row.status, body: { error } };
};
