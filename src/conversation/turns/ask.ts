import { Fault } from '../../base/fault.ts';
import type { Credex, MemberRef } from '../../credex/credex.ts';
import type { Ask, AskOutcome } from '../decision.ts';

/** Carries a turn's question to core. A core that is away is an outcome that the conversation answers, not a failure. */
export const askCore = async (
  credex: Credex,
  member: MemberRef,
  { ask, idempotencyKey }: { readonly ask: Ask; readonly idempotencyKey: string },
): Promise<AskOutcome> => {
  switch (ask.ask) {
    case 'log_in':
      return { ask: 'log_in', result: await unlessAway(() => credex.logIn(member)) };
    case 'read_dashboard':
      return { ask: 'read_dashboard', result: await unlessAway(() => credex.readDashboard(member)) };
    case 'register':
      return { ask: 'register', result: await register(credex, member, { ...ask.registration, idempotencyKey }) };
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

/** A registration whose answer never came may have been done: said as unknown, settled by the next log-in. */
const register = async (
  credex: Credex,
  member: MemberRef,
  registration: Parameters<Credex['register']>[1],
): ReturnType<typeof registerOutcome> => registerOutcome(() => credex.register(member, registration));

const registerOutcome = async (
  call: () => ReturnType<Credex['register']>,
): Promise<Extract<AskOutcome, { ask: 'register' }>['result']> => {
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return error.code === 'credex.outcome_unknown' ? 'outcome_unknown' : 'core_away';
  }
};
