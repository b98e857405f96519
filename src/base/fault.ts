/** When it is of use to try again what failed: decided where the fault is raised, obeyed in one place. */
export type Retry = 'later' | 'never';

type FaultOptions = { readonly retry: Retry; readonly detail?: string; readonly cause?: unknown };

/**
 * The world failed: a store, core or Graph is away, or answered nonsense. Thrown; caught by workers and routes only.
 * `code` is `room.what_happened`; `detail` is for operators and carries no personal data and no secret.
 */
export class Fault extends Error {
  override readonly name = 'Fault';
  readonly code: string;
  readonly retry: Retry;
  readonly detail: string | undefined;

  constructor(code: string, { retry, detail, cause }: FaultOptions) {
    super(code, cause === undefined ? undefined : { cause });
    this.code = code;
    this.retry = retry;
    this.detail = detail;
  }
}

/** Whether this is a fault that a later try may mend. */
export const isPassing = (error: unknown): error is Fault => error instanceof Fault && error.retry === 'later';

/** What may be logged of anything thrown: class and code, never the message of a stranger's error (it may quote data). */
export const describeError = (error: unknown): string => {
  if (error instanceof Fault) return error.detail ? `${error.code}: ${error.detail}` : error.code;
  if (error instanceof Error) {
    const code = (error as { code?: unknown }).code;
    return typeof code === 'string' && /^[A-Z0-9_]{2,40}$/i.test(code) ? `${error.name} ${code}` : error.name;
  }
  return typeof error;
};
