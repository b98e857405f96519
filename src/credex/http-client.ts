import type { Clock } from '../base/clock.ts';
import { Fault } from '../base/fault.ts';
import { accepted, refused, type Result } from '../base/result.ts';
import type { NoteEvent } from '../watch/watch.ts';
import { nonsense, outcomeUnknown, type CallCore } from './call-core.ts';
import { signedInDetailsSchema } from './core-schema.ts';
import type { Credex, Dashboard, LogInRefusal, MemberRef, Registration, RegisterRefusal } from './credex.ts';
import { createHttpChanges } from './http-changes.ts';
import { isMemberUnknown, judgeReply, type Verdict } from './judge-reply.ts';
import { createMemberTokens, type MemberTokens } from './member-tokens.ts';
import { readDashboard } from './read-dashboard.ts';
import { readToken } from './read-token.ts';
import type { TokenStore } from './tokens.ts';

export type HttpCredexDeps = {
  readonly callCore: CallCore;
  readonly tokenStore: TokenStore;
  readonly clock: Clock;
  readonly noteEvent: NoteEvent;
};

type LogIn = Result<Dashboard, LogInRefusal>;

/** The credex port over dialect C (contract 1). One log-in a member is in flight in this process; lanes see to the rest. */
export const createHttpCredex = ({ callCore, tokenStore, clock, noteEvent }: HttpCredexDeps): Credex => {
  const tokens = createMemberTokens({ tokenStore, clock, noteEvent });
  const flights = new Map<string, Promise<LogIn>>();

  const signIn = createSignIn({ tokens, clock, noteEvent });

  const openSession = async (member: MemberRef): Promise<LogIn> => {
    const reply = await callCore.call({ path: '/login', body: { phone: member.phone }, reads: true });
    const verdict = judgeReply(reply, 'MEMBER_LOGIN');
    if (verdict.kind === 'done') return accepted(await signIn(member, verdict));
    if (isMemberUnknown(verdict)) return refused('credex.member_unknown');
    if (verdict.kind === 'refused' && verdict.status !== 404) return refused('credex.log_in_refused');
    throw verdict.kind === 'not_let_in' ? keyRefused() : nonsense('answer to log-in');
  };

  const logIn = (member: MemberRef): Promise<LogIn> => {
    const name = `${member.identityId} ${member.phone}`;
    const flight = flights.get(name) ?? openSession(member).finally(() => flights.delete(name));
    flights.set(name, flight);
    return flight;
  };

  const register = async (
    member: MemberRef,
    registration: Registration,
  ): Promise<Result<Dashboard, RegisterRefusal>> => {
    const { firstname, lastname, defaultDenomination, idempotencyKey } = registration;
    const body = { firstname, lastname, phone: member.phone, defaultDenom: defaultDenomination };
    const reply = await callCore.call({ path: '/onboardMember', body, idempotencyKey, reads: false });
    const verdict = judgeReply(reply, 'MEMBER_ONBOARDED');
    if (verdict.kind === 'not_let_in') throw keyRefused();
    if (verdict.kind === 'refused' && verdict.status !== 404) return refused(toRegisterRefusal(verdict));
    if (verdict.kind !== 'done') throw outcomeUnknown(nonsense('answer to registration'));
    try {
      return accepted(await signIn(member, verdict));
    } catch (error) {
      throw error instanceof Fault ? outcomeUnknown(error) : error;
    }
  };

  const read = async (member: MemberRef): Promise<LogIn> => {
    const token = await tokens.load(member.identityId);
    if (!token) return logIn(member);
    const reply = await callCore.call({
      path: '/getMemberDashboardByPhone',
      body: { phone: member.phone },
      token: token.token,
      reads: true,
    });
    const verdict = judgeReply(reply, 'DASHBOARD_RETRIEVED');
    if (verdict.kind === 'done') {
      const dashboard = readDashboard(verdict.dashboard);
      if (!dashboard) throw nonsense('dashboard');
      // S3: the member whom core named at log-in, or nobody.
      if (dashboard.member.memberId !== token.memberId) {
        await tokens.forget(member.identityId);
        noteEvent('credex.member_mismatch', { identityId: member.identityId, reason: 'dashboard' });
        throw nonsense('dashboard of another member');
      }
      await tokens.adopt(member.identityId, token, reply);
      return accepted(dashboard);
    }
    if (verdict.kind === 'not_let_in') await tokens.forget(member.identityId);
    // S5: a gate 401 did nothing, and what a read wanted to know the one log-in answers. So it does for a core that does
    // not serve this path, or no longer knows this number.
    if (verdict.kind === 'not_let_in' || verdict.kind === 'refused' || reply.status === 404) return logIn(member);
    throw nonsense('answer to reading the dashboard');
  };

  return Object.freeze({
    logIn,
    register,
    readDashboard: read,
    ...createHttpChanges({ callCore, tokens, logIn, noteEvent }),
    isDown: () => callCore.isDown(),
    forget: ({ identityId }: MemberRef) => tokens.forget(identityId),
  });
};

/** Our own key: nothing a member can mend, and not an answer about them. */
const keyRefused = (): Fault =>
  new Fault('credex.core_away', { retry: 'later', detail: 'not sent: core refuses our client key' });

const toRegisterRefusal = ({ status, code, field }: Extract<Verdict, { kind: 'refused' }>): RegisterRefusal => {
  if (status === 409) return 'credex.member_exists';
  const isName = field === 'firstname' || field === 'lastname';
  return status === 400 && code === 'VALIDATION_ERROR' && isName
    ? 'credex.name_refused'
    : 'credex.registration_refused';
};

type SignInDeps = Pick<HttpCredexDeps, 'clock' | 'noteEvent'> & { readonly tokens: MemberTokens };

/** What log-in and registration have in common: whose token, which member, and the whole dashboard, all agreeing. */
const createSignIn =
  ({ tokens, clock, noteEvent }: SignInDeps) =>
  async ({ identityId }: MemberRef, verdict: Extract<Verdict, { kind: 'done' }>): Promise<Dashboard> => {
    const details = signedInDetailsSchema.safeParse(verdict.action.details);
    const token = details.success ? readToken(details.data.token, clock.now()) : undefined;
    const dashboard = readDashboard(verdict.dashboard);
    if (!details.success || !token || !dashboard)
      throw nonsense('log-in without a token or a dashboard of the contract');
    const { memberID } = details.data;
    if (token.memberId !== memberID || dashboard.member.memberId !== memberID) {
      noteEvent('credex.member_mismatch', { identityId, reason: 'log_in' });
      throw nonsense('log-in names two members');
    }
    await tokens.keep(identityId, token);
    return dashboard;
  };
