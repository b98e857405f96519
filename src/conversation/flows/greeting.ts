import type { Dashboard } from '../../credex/credex.ts';
import type { AskOutcome, Carry } from '../decision.ts';
import { quote } from '../wording/quote.ts';
import type { Wording } from '../wording/wording.ts';
import { describeDashboard } from './dashboard.ts';
import type { Step, Turn } from './flow.ts';
import { paragraphs } from './show.ts';

type LogInOutcome = Extract<AskOutcome, { ask: 'log_in' | 'read_dashboard' }>;

/** F1: logs in and shows where the person stands: the dashboard, or the welcome of someone new. */
export const logIn = (after: Carry['after']): Step => ({ step: 'ask', ask: { ask: 'log_in' }, carry: { after } });

/** The account as it is now; a person who is not yet known as a member logs in first. */
export const refresh = ({ session }: Turn): Step =>
  session.state === 'live' && session.session.memberId !== undefined
    ? { step: 'ask', ask: { ask: 'read_dashboard' }, carry: { after: 'menu' } }
    : logIn('menu');

const noteOf = (wording: Wording, after: Carry['after']): string | undefined => {
  switch (after) {
    case 'expired':
      return wording.begin.expired;
    case 'old_button':
      return wording.begin.oldButton;
    case 'already_member':
      return wording.register.alreadyMember;
    case 'greeting':
    case 'menu':
    case 'registered':
      return undefined;
  }
};

const showDashboard = (turn: Turn, dashboard: Dashboard, after: Carry['after']): Step => {
  const { session, wording } = turn;
  const note = paragraphs(noteOf(wording, after), describeDashboard(wording, dashboard));
  const { memberId } = dashboard.member;
  if (after !== 'menu' || session.state !== 'live' || session.session.memberId === undefined)
    return { step: 'open', memberId, screen: { name: 'menu' }, note };
  // S3: core answered for another member than the one of this session; nothing of it is shown.
  if (session.session.memberId !== memberId)
    return {
      step: 'say',
      text: paragraphs(wording.core.refused, wording.begin.hint),
      session: 'end',
      event: { name: 'credex.member_mismatch', reason: 'session' },
    };
  return { step: 'go', screen: { name: 'menu' }, note };
};

/** What core said to a log-in or to reading the dashboard. */
export const hearLogIn = (turn: Turn, { result }: LogInOutcome, after: Carry['after']): Step => {
  const { wording } = turn;
  if (result === 'core_away') return { step: 'stay', note: wording.core.away };
  if (result.ok) return showDashboard(turn, result.value, after);
  switch (result.refusal) {
    case 'credex.member_unknown': {
      const note = noteOf(wording, after === 'already_member' ? 'greeting' : after);
      return { step: 'open', screen: { name: 'welcome' }, ...(note === undefined ? {} : { note }) };
    }
    case 'credex.log_in_refused':
      return { step: 'say', text: wording.core.refused, session: 'end' };
  }
};

/** The first dashboard of someone who has just joined; it confirms what was done, so it never lapses unsent. */
export const welcomeMember = ({ wording }: Turn, dashboard: Dashboard): Step => ({
  step: 'open',
  kind: 'receipt',
  memberId: dashboard.member.memberId,
  screen: { name: 'menu' },
  note: paragraphs(wording.register.done(quote(dashboard.member.firstname)), describeDashboard(wording, dashboard)),
});
