import type { z } from 'zod';
import { parseIsoTime } from '../base/clock.ts';
import { formatAmount } from '../base/money.ts';
import { isUuid } from '../base/id.ts';
import { accepted, refused, type Result } from '../base/result.ts';
import type { NoteEvent } from '../watch/watch.ts';
import { away, nonsense, outcomeUnknown, type CallCore, type CoreCall, type CoreReply } from './call-core.ts';
import { accountFoundSchema, ledgerDetailsSchema, paginationSchema } from './core-schema.ts';
import type {
  Credex,
  Dashboard,
  Done,
  LedgerEntry,
  LogInRefusal,
  MemberRef,
  Offer,
  OfferAnswer,
  OfferRefusal,
} from './credex.ts';
import { judgeReply, type Verdict } from './judge-reply.ts';
import type { MemberTokens } from './member-tokens.ts';
import type { CoreToken } from './read-token.ts';
import { readCoreMoney } from './read-amount.ts';
import { readDashboard } from './read-dashboard.ts';

export type HttpChangesDeps = {
  readonly callCore: CallCore;
  readonly tokens: MemberTokens;
  readonly logIn: (member: MemberRef) => Promise<Result<Dashboard, LogInRefusal>>;
  readonly noteEvent: NoteEvent;
};

type Called = { readonly reply: CoreReply; readonly token: CoreToken };
type Call = Omit<CoreCall, 'token'>;
type Change = Call & { readonly type: string };

const OFFER_REFUSALS: Readonly<Record<string, OfferRefusal>> = {
  TIER_LIMIT_EXCEEDED: 'credex.limit_reached',
  INSUFFICIENT_SECURED_BALANCE: 'credex.balance_insufficient',
  INVALID_ACCOUNTS: 'credex.accounts_refused',
  FORBIDDEN: 'credex.accounts_refused',
};

/** What changes the ledger, over dialect C. A gate 401 proves that nothing was done: one log-in, one more try (S5). */
export const createHttpChanges = (
  deps: HttpChangesDeps,
): Pick<Credex, 'findAccount' | 'readLedger' | 'offer' | 'accept' | 'decline' | 'cancel'> => {
  const { tokens } = deps;
  const callAs = createCallAs(deps);

  const change = async <Refusal>(
    member: MemberRef,
    { type, ...call }: Change,
    toRefusal: (verdict: Extract<Verdict, { kind: 'refused' }>) => Refusal,
  ): Promise<Result<Done, Refusal | LogInRefusal>> => {
    const called = await callAs(member, call);
    if (!called.ok) return called;
    const { reply, token } = called.value;
    const verdict = judgeReply(reply, type);
    if (verdict.kind === 'refused') return refused(toRefusal(verdict));
    const credexId = verdict.kind === 'done' ? verdict.action.id : undefined;
    if (verdict.kind !== 'done' || !credexId || !isUuid(credexId))
      throw outcomeUnknown(nonsense(`answer to ${call.path}`));
    await tokens.adopt(member.identityId, token, reply);
    const dashboard = readDashboard(verdict.dashboard);
    if (dashboard && dashboard.member.memberId !== token.memberId) {
      deps.noteEvent('credex.member_mismatch', { identityId: member.identityId, reason: 'change' });
      throw outcomeUnknown(nonsense('dashboard of another member'));
    }
    return accepted({ credexId, ...(dashboard && { dashboard }) });
  };

  const answer =
    (path: string, type: string): Credex['accept'] =>
    (member, { credexId, idempotencyKey }: OfferAnswer) =>
      change(
        member,
        { path, type, body: { credexID: credexId }, idempotencyKey, reads: false },
        () => 'credex.answer_refused' as const,
      );

  return {
    findAccount: createFindAccount(tokens, callAs),
    readLedger: createReadLedger(tokens, callAs),
    offer: (member, offer) =>
      change(
        member,
        {
          path: '/createCredex',
          type: 'CREDEX_CREATED',
          body: toBody(offer),
          idempotencyKey: offer.idempotencyKey,
          reads: false,
        },
        ({ code }) => OFFER_REFUSALS[code ?? ''] ?? 'credex.offer_refused',
      ),
    accept: answer('/acceptCredex', 'CREDEX_ACCEPTED'),
    decline: answer('/declineCredex', 'CREDEX_DECLINED'),
    cancel: answer('/cancelCredex', 'CREDEX_CANCELLED'),
  };
};

const toBody = ({ issuerAccountId, receiverAccountId, amount }: Offer): Readonly<Record<string, unknown>> => ({
  issuerAccountID: issuerAccountId,
  receiverAccountID: receiverAccountId,
  Denomination: amount.denomination,
  InitialAmount: formatAmount(amount),
  credexType: 'PURCHASE',
  OFFERSorREQUESTS: 'OFFERS',
  securedCredex: true,
});

/** Calls with the member's token: the kept one, else one of a new log-in; after a gate 401 once more with a new one. */
const createCallAs = ({ callCore, tokens, logIn }: HttpChangesDeps) => {
  const tokenOf = async (member: MemberRef): Promise<Result<CoreToken, LogInRefusal>> => {
    const kept = await tokens.load(member.identityId);
    if (kept) return accepted(kept);
    const opened = await logIn(member);
    if (!opened.ok) return opened;
    const token = await tokens.load(member.identityId);
    if (!token) throw away('not sent: no token can be kept');
    return accepted(token);
  };

  return async (member: MemberRef, call: Call): Promise<Result<Called, LogInRefusal>> => {
    for (let attempt = 1; ; attempt += 1) {
      const token = await tokenOf(member);
      if (!token.ok) return token;
      const reply = await callCore.call({ ...call, token: token.value.token });
      const isLetIn = reply.status !== 401 || judgeReply(reply, '').kind !== 'not_let_in';
      if (isLetIn) return accepted({ reply, token: token.value });
      await tokens.forget(member.identityId);
      if (attempt > 1) throw away('not sent: core takes no token of this member');
    }
  };
};

const createFindAccount =
  (tokens: MemberTokens, callAs: ReturnType<typeof createCallAs>): Credex['findAccount'] =>
  async (member, handle) => {
    const called = await callAs(member, {
      path: '/getAccountByHandle',
      body: { accountHandle: handle },
      reads: true,
    });
    if (!called.ok) return called;
    const { reply, token } = called.value;
    const verdict = judgeReply(reply, 'ACCOUNT_FOUND');
    if (verdict.kind === 'refused') {
      if (verdict.code === 'ROUTE_NOT_FOUND') throw nonsense('no look-up of accounts');
      return refused('credex.account_unknown');
    }
    const found = accountFoundSchema.safeParse(verdict.kind === 'done' ? verdict.action.details : undefined);
    if (!found.success) throw nonsense('answer to looking an account up');
    await tokens.adopt(member.identityId, token, reply);
    const { accountID: accountId, accountName, accountHandle } = found.data;
    return accepted({ accountId, accountName, accountHandle });
  };

const createReadLedger =
  (tokens: MemberTokens, callAs: ReturnType<typeof createCallAs>): Credex['readLedger'] =>
  async (member, { accountId, startRow, numRows }) => {
    const body = { accountID: accountId, startRow, numRows };
    const called = await callAs(member, { path: '/getLedger', body, reads: true });
    if (!called.ok) return called;
    const { reply, token } = called.value;
    const verdict = judgeReply(reply, 'LEDGER_RETRIEVED');
    if (verdict.kind === 'refused' && verdict.code !== 'ROUTE_NOT_FOUND') return refused('credex.account_unknown');
    const done = verdict.kind === 'done' ? verdict : undefined;
    const details = ledgerDetailsSchema.safeParse(done?.action.details);
    const more = paginationSchema.safeParse(done?.dashboard);
    const entries = details.success ? details.data.ledger.map(toEntry) : [undefined];
    if (!more.success || entries.includes(undefined)) throw nonsense('answer to reading the ledger');
    await tokens.adopt(member.identityId, token, reply);
    return accepted({ entries: entries.filter((entry) => entry !== undefined), hasMore: more.data.pagination.hasMore });
  };

type CoreEntry = z.output<typeof ledgerDetailsSchema>['ledger'][number];

/** Undefined where its amount cannot be read: a page with a wrong amount is no page. */
const toEntry = ({
  credexID,
  timestamp,
  type,
  counterpartyAccountName,
  formattedAmount,
  denomination,
}: CoreEntry): LedgerEntry | undefined => {
  const amount = readCoreMoney(formattedAmount, denomination);
  const cleared = type === 'CLEARED';
  return (
    amount && { credexId: credexID, amount, counterpartyAccountName, acceptedAtMs: parseIsoTime(timestamp), cleared }
  );
};
