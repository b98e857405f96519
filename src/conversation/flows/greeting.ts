import type { Dashboard, LogInRefusal } from '../../credex/credex.ts';
import type { After } from '../decision.ts';
import { quote } from '../wording/quote.ts';
import type { Wording } from '../wording/wording.ts';
import { describeDashboard } from './dashboard.ts';
import { refuseOtherMember } from './entering.ts';
import type { Step, Turn } from './flow.ts';
import { paragraphs } from './show.ts';

/** F1: logs in and shows where the person stands: the dashboard, or the welcome of someone new. */
export const logIn = (after: After): Step => ({ step: 'ask', ask: { ask: 'log_in' }, carry: { after } });

/** The account as it is now; a person who is not yet known as a member logs in first. */
export const refresh = ({ session }: Turn): Step =>
  session.state === 'live' && session.session.memberId !== undefined
    ? { step: 'ask', ask: { ask: 'read_dashboard' }, carry: { after: 'menu' } }
    : logIn('menu');

const noteOf = (wording: Wording, after: After): string | undefined => {
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

export const showDashboard = (turn: Turn, dashboard: Dashboard, after: After): Step => {
  const { session, wording } = turn;
  const note = paragraphs(noteOf(wording, after), describeDashboard(wording, dashboard));
  const { memberId } = dashboard.member;
  if (after !== 'menu' || session.state !== 'live' || session.session.memberId === undefined)
    return { step: 'open', memberId, screen: { name: 'menu' }, note };
  return refuseOtherMember(turn, dashboard) ?? { step: 'go', screen: { name: 'menu' }, note };
};

/** Core knows no such member: the welcome of someone new; or it lets nobody in. */
export const becomeMember = ({ wording }: Turn, refusal: LogInRefusal, after: After = 'greeting'): Step => {
  switch (refusal) {
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
