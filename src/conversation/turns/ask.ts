import { Fault } from '../../base/fault.ts';
import { accepted, type Result } from '../../base/result.ts';
import type { Credex, LogInRefusal, MemberRef } from '../../credex/credex.ts';
import { ownAccount } from '../flows/own-account.ts';
import type { Ask, AskOutcome, Prepared, ReadLedger } from '../decision.ts';

/** What is asked of core alone; the two that concern an intent go by way of payments. */
export type CoreAsk = Exclude<Ask, { ask: 'confirm' | 'look_up' }>;

/** Carries a turn's question to core. A core that is away is an outcome that the conversation answers, not a failure. */
export const askCore = async (
  credex: Credex,
  member: MemberRef,
  { ask, idempotencyKey }: { readonly ask: CoreAsk; readonly idempotencyKey: string },
): Promise<AskOutcome> => {
  switch (ask.ask) {
    case 'log_in':
      return { ask: 'log_in', result: await unlessAway(() => credex.logIn(member)) };
    case 'read_dashboard':
      return { ask: 'read_dashboard', result: await unlessAway(() => credex.readDashboard(member)) };
    case 'register':
      return { ask: 'register', result: await register(credex, member, { ...ask.registration, idempotencyKey }) };
    case 'prepare_offer':
      return { ask: 'prepare_offer', result: await unlessAway(() => prepareOffer(credex, member, ask.handle)) };
    case 'read_ledger':
      return { ask: 'read_ledger', result: await unlessAway(() => readLedger(credex, member, ask)) };
  }
};

const unlessAway = async <T>(call: () => Promise<T>): Promise<T | 'core_away'> => {
  try {
    return await call();
  } catch (error) {
    if (error instanceof Fault) return 'core_away';
    throw error;
  }
};

const prepareOffer = async (
  credex: Credex,
  member: MemberRef,
  handle: string,
): Promise<Result<Prepared, LogInRefusal>> => {
  const dashboard = await credex.readDashboard(member);
  if (!dashboard.ok) return dashboard;
  const payee = await credex.findAccount(member, handle);
  if (payee.ok) return accepted({ dashboard: dashboard.value, payee: payee.value });
  return payee.refusal === 'credex.account_unknown'
    ? accepted({ dashboard: dashboard.value, payee: undefined })
    : { ok: false, refusal: payee.refusal };
};

/** The account whose ledger it is comes from what core says of the member now, never from the person's side (S36). */
const readLedger = async (
  credex: Credex,
  member: MemberRef,
  { startRow, numRows }: Extract<Ask, { ask: 'read_ledger' }>,
): Promise<Result<ReadLedger, LogInRefusal>> => {
  const dashboard = await credex.readDashboard(member);
  if (!dashboard.ok) return dashboard;
  const account = ownAccount(dashboard.value);
  if (!account) return { ok: false, refusal: 'credex.log_in_refused' };
  const page = await credex.readLedger(member, { accountId: account.accountId, startRow, numRows });
  if (page.ok) return accepted({ dashboard: dashboard.value, account, page: page.value });
  return { ok: false, refusal: page.refusal === 'credex.account_unknown' ? 'credex.log_in_refused' : page.refusal };
};

/** A registration whose answer never came may have been done: said as unknown, settled by the next log-in. */
const register = async (
  credex: Credex,
  member: MemberRef,
  registration: Parameters<Credex['register']>[1],
): Promise<Extract<AskOutcome, { ask: 'register' }>['result']> => {
  try {
    return await credex.register(member, registration);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return error.code === 'credex.outcome_unknown' ? 'outcome_unknown' : 'core_away';
  }
};
