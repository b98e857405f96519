import { isoTime } from '../../base/clock.ts';
import { REFUSALS, type LedgerRefusal } from '../errors.ts';
import type { BodyRefusal } from './body-schema.ts';
import type { DashboardBody } from './present.ts';

/** What dialect C answers (contract 1.1 and 1.2); `token` goes into the `Authorization` header. */
export type Answer = { readonly status: number; readonly body: unknown; readonly token?: string };

type Success = {
  readonly status: 200 | 201;
  readonly message: string;
  readonly type: string;
  readonly id: string | null;
  readonly actor: string;
  readonly details: Readonly<Record<string, unknown>>;
  readonly dashboard: (DashboardBody & Readonly<Record<string, unknown>>) | Readonly<Record<string, never>>;
};

export const succeed = ({ status, message, dashboard, ...action }: Success, atMs: number): Answer => ({
  status,
  body: { message, data: { action: { ...action, timestamp: isoTime(atMs) }, dashboard } },
});

/** Which field broke the rule, where it is not the refusal's own; which credex it is about. */
type About = { readonly field?: string | undefined; readonly id?: string };

export const refuse = (refusal: LedgerRefusal, atMs: number, { field, id }: About = {}): Answer => {
  const row: (typeof REFUSALS)[LedgerRefusal] & { readonly field?: string } = REFUSALS[refusal];
  const named = field ?? row.field;
  return fail(
    {
      status: row.status,
      type: row.type,
      code: row.code,
      reason: row.reason,
      ...(named === undefined ? {} : { field: named }),
      ...(id === undefined ? {} : { id }),
    },
    atMs,
  );
};

const PAGE_REFUSALS: Readonly<Record<string, LedgerRefusal>> = {
  accountID: 'ledger.account_id_invalid',
  numRows: 'ledger.num_rows_invalid',
  startRow: 'ledger.start_row_invalid',
};

export const refuseBody = ({ field, missing }: BodyRefusal, atMs: number): Answer => {
  if (field === 'phone') return refuse(missing ? 'ledger.phone_missing' : 'ledger.phone_invalid', atMs);
  if ((field === 'defaultDenom' || field === 'Denomination') && !missing)
    return refuse('ledger.denomination_invalid', atMs, { field });
  if (field === 'accountHandle' && !missing) return refuse('ledger.handle_invalid', atMs);
  const paged = PAGE_REFUSALS[field ?? ''];
  if (paged !== undefined) return refuse(paged, atMs);
  if (field === 'dueDate') return refuse('ledger.due_date_invalid', atMs);
  if (field === 'securedCredex' && !missing) return refuse('ledger.unsecured_not_offered', atMs);
  if (field === 'credexID') return refuse('ledger.request_invalid', atMs, { field });
  if (field === 'firstname' || field === 'lastname')
    return refuse(missing ? 'ledger.params_missing' : 'ledger.name_invalid', atMs, { field });
  return refuse(missing ? 'ledger.params_missing' : 'ledger.request_invalid', atMs, { field });
};

/** Refusals of the gate say only this: nothing was done, and nothing is told. */
export const refuseAtGate = (status: 401 | 500, message: string): Answer => ({ status, body: { message } });

type Failure = {
  readonly status: number;
  readonly type: string;
  readonly code: string;
  readonly reason: string;
  readonly field?: string;
  readonly id?: string;
};

const fail = ({ status, type, reason, id, ...details }: Failure, atMs: number): Answer => ({
  status,
  body: {
    message: reason,
    data: {
      action: { id: id ?? null, type, timestamp: isoTime(atMs), actor: 'system', details: { ...details, reason } },
      dashboard: {},
    },
  },
});

const TRANSPORT_FAILURES: Readonly<Record<number, { readonly code: string; readonly reason: string }>> = {
  400: { code: 'VALIDATION_ERROR', reason: 'The request is not understood' },
  404: { code: 'ROUTE_NOT_FOUND', reason: 'Not Found' },
  405: { code: 'METHOD_NOT_ALLOWED', reason: 'Method Not Allowed' },
  413: { code: 'BODY_TOO_LARGE', reason: 'The body is too large' },
  415: { code: 'UNSUPPORTED_MEDIA_TYPE', reason: 'Bodies are JSON without an encoding' },
  503: { code: 'UNAVAILABLE', reason: 'Try again later' },
};

/**
 * What fails before or outside an endpoint: the envelope, with the `status` and `statusCode` that the contract's own
 * answer for an unknown route has, so that neither kind of client is hurt. No text of an error ever leaves.
 */
export const failTransport = (status: number, atMs: number): Answer => {
  const { code, reason } = TRANSPORT_FAILURES[status] ?? { code: 'INTERNAL_ERROR', reason: 'Internal server error' };
  const type =
    status === 404 || status === 405 ? 'ERROR_NOT_FOUND' : status < 500 ? 'ERROR_VALIDATION' : 'ERROR_INTERNAL';
  const answer = fail({ status, type, code, reason }, atMs);
  return { status, body: { status: 'error', statusCode: status, ...(answer.body as object) } };
};
