import type { CoreReply } from './call-core.ts';
import { envelopeSchema, refusalDetailsSchema, type Envelope } from './core-schema.ts';

/**
 * What an answer of core amounts to. A refusal counts only in dialect C's envelope: a proxy's 404 page must not make
 * every member a stranger. A gate 401 has no envelope, and proves that nothing was done.
 */
export type Verdict =
  | { readonly kind: 'done'; readonly action: Envelope['data']['action']; readonly dashboard: unknown }
  | {
      readonly kind: 'refused';
      readonly status: number;
      readonly type: string;
      readonly code: string | undefined;
      readonly field: string | undefined;
    }
  | { readonly kind: 'not_let_in' }
  | { readonly kind: 'nonsense' };

const NONSENSE = { kind: 'nonsense' } as const;

/** `type` is the action that a success of this call names. */
export const judgeReply = ({ status, json }: CoreReply, type: string): Verdict => {
  const envelope = envelopeSchema.safeParse(json);
  if (!envelope.success) return status === 401 && isBareMessage(json) ? { kind: 'not_let_in' } : NONSENSE;
  const { action, dashboard } = envelope.data.data;
  if (status >= 200 && status < 300) return action.type === type ? { kind: 'done', action, dashboard } : NONSENSE;
  if (status < 400) return NONSENSE;
  const details = refusalDetailsSchema.safeParse(action.details);
  const { code, field } = details.success ? details.data : {};
  return { kind: 'refused', status, type: action.type, code, field };
};

const isBareMessage = (json: unknown): boolean =>
  typeof json === 'object' && json !== null && 'message' in json && !('data' in json);

/** Core knows no such member: its own word for it, not that of a path it does not serve. */
export const isMemberUnknown = (verdict: Verdict): boolean =>
  verdict.kind === 'refused' &&
  verdict.status === 404 &&
  verdict.type === 'ERROR_NOT_FOUND' &&
  verdict.code !== 'ROUTE_NOT_FOUND';
