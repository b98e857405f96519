/**
 * Every expected No of the ledger and how dialect C says it (credex contract, 1.3 and 1.4). Texts never bind and never
 * quote what was sent.
 */
type RefusalRow = {
  readonly status: 400 | 401 | 403 | 404 | 409 | 422;
  readonly type: 'ERROR_VALIDATION' | 'ERROR_NOT_FOUND' | 'ERROR_UNAUTHORIZED' | 'ERROR_INTERNAL';
  readonly code: string;
  readonly field?: string;
  readonly reason: string;
};

export const REFUSALS = {
  'ledger.member_unknown': { status: 404, type: 'ERROR_NOT_FOUND', code: 'NOT_FOUND', reason: 'Member not found' },
  'ledger.phone_missing': {
    status: 400,
    type: 'ERROR_VALIDATION',
    code: 'MISSING_PHONE',
    field: 'phone',
    reason: 'A phone number is needed',
  },
  'ledger.phone_invalid': {
    status: 400,
    type: 'ERROR_VALIDATION',
    code: 'INVALID_PHONE',
    field: 'phone',
    reason: 'This is not a phone number',
  },
  'ledger.name_invalid': {
    status: 400,
    type: 'ERROR_VALIDATION',
    code: 'VALIDATION_ERROR',
    field: 'firstname',
    reason: 'A name has 1 to 50 letters, spaces, hyphens or apostrophes',
  },
  'ledger.denomination_invalid': {
    status: 400,
    type: 'ERROR_VALIDATION',
    code: 'INVALID_DENOMINATION',
    field: 'defaultDenom',
    reason: 'This denomination is not known',
  },
  'ledger.params_missing': {
    status: 400,
    type: 'ERROR_VALIDATION',
    code: 'MISSING_PARAMS',
    reason: 'Required fields are missing',
  },
  'ledger.request_invalid': {
    status: 400,
    type: 'ERROR_VALIDATION',
    code: 'VALIDATION_ERROR',
    reason: 'The request is not understood',
  },
  'ledger.phone_taken': {
    status: 409,
    type: 'ERROR_VALIDATION',
    code: 'DUPLICATE_HANDLE',
    field: 'phone',
    reason: 'A member with this number exists',
  },
  'ledger.handle_taken': {
    status: 409,
    type: 'ERROR_VALIDATION',
    code: 'DUPLICATE_HANDLE',
    field: 'phone',
    reason: 'This handle is in use',
  },
  'ledger.idempotency_key_reused': {
    status: 422,
    type: 'ERROR_VALIDATION',
    code: 'IDEMPOTENCY_KEY_REUSED',
    reason: 'This idempotency key was used for another request',
  },
  'ledger.account_unknown': {
    status: 404,
    type: 'ERROR_NOT_FOUND',
    code: 'ACCOUNT_NOT_FOUND',
    field: 'accountHandle',
    reason: 'No account has this handle',
  },
  'ledger.handle_invalid': {
    status: 400,
    type: 'ERROR_VALIDATION',
    code: 'INVALID_HANDLE',
    field: 'accountHandle',
    reason: 'This is not a handle',
  },
  'ledger.account_not_readable': {
    status: 403,
    type: 'ERROR_UNAUTHORIZED',
    code: 'UNAUTHORIZED_ACCESS',
    field: 'accountID',
    reason: 'This account cannot be read',
  },
  'ledger.account_id_invalid': {
    status: 400,
    type: 'ERROR_VALIDATION',
    code: 'INVALID_ACCOUNT_ID',
    field: 'accountID',
    reason: 'This is not the id of an account',
  },
  'ledger.num_rows_invalid': {
    status: 400,
    type: 'ERROR_VALIDATION',
    code: 'INVALID_NUM_ROWS',
    field: 'numRows',
    reason: '1 to 100 rows can be asked for',
  },
  'ledger.start_row_invalid': {
    status: 400,
    type: 'ERROR_VALIDATION',
    code: 'INVALID_START_ROW',
    field: 'startRow',
    reason: 'Rows are counted from 0 to 10000',
  },
  'ledger.accept_failed': {
    status: 400,
    type: 'ERROR_INTERNAL',
    code: 'ACCEPT_FAILED',
    field: 'credexID',
    reason: 'No such offer waits for you',
  },
  'ledger.due_date_invalid': {
    status: 400,
    type: 'ERROR_VALIDATION',
    code: 'INVALID_DUE_DATE',
    field: 'dueDate',
    reason: 'A secured credex has no due date',
  },
  'ledger.unsecured_not_offered': {
    status: 400,
    type: 'ERROR_VALIDATION',
    code: 'CREDEX_CREATE_FAILED',
    field: 'securedCredex',
    reason: 'Only secured credexes can be offered',
  },
  'ledger.accounts_same': {
    status: 400,
    type: 'ERROR_VALIDATION',
    code: 'INVALID_ACCOUNTS',
    field: 'receiverAccountID',
    reason: 'An account cannot pay itself',
  },
  'ledger.limit_reached': {
    status: 403,
    type: 'ERROR_UNAUTHORIZED',
    code: 'TIER_LIMIT_EXCEEDED',
    field: 'securedCredex',
    reason: 'This is more than may still be issued today',
  },
  'ledger.account_forbidden': {
    status: 403,
    type: 'ERROR_UNAUTHORIZED',
    code: 'FORBIDDEN',
    reason: 'This cannot be done with these accounts',
  },
  'ledger.balance_insufficient': {
    status: 403,
    type: 'ERROR_UNAUTHORIZED',
    code: 'INSUFFICIENT_SECURED_BALANCE',
    field: 'InitialAmount',
    reason: 'This is more than can be secured',
  },
  'ledger.offer_unknown': {
    status: 404,
    type: 'ERROR_NOT_FOUND',
    code: 'NOT_FOUND',
    field: 'credexID',
    reason: 'No such offer waits for you',
  },
} as const satisfies Record<`ledger.${string}`, RefusalRow>;

export type LedgerRefusal = keyof typeof REFUSALS;
