import type { Dashboard } from '../../credex/credex.ts';
import type { Screen } from '../sessions/session.ts';
import type { Step, Turn } from './flow.ts';
import { paragraphs } from './show.ts';

/** S3: core answered for another member than the one of this session; nothing of it is shown. */
export const refuseOtherMember = ({ session, wording }: Turn, { member }: Dashboard): Step | undefined => {
  const known = session.state === 'live' ? session.session.memberId : undefined;
  if (known === undefined || known === member.memberId) return undefined;
  return {
    step: 'say',
    text: paragraphs(wording.core.refused, wording.begin.hint),
    session: 'end',
    event: { name: 'credex.member_mismatch', reason: 'session' },
  };
};

type Place = { readonly screen: Screen; readonly note?: string };

/** Whether the visit is already this member's; else the answer that core just gave opens one. */
const isOpen = ({ session }: Turn): boolean => session.state === 'live' && session.session.memberId !== undefined;

/** Goes to a screen on the strength of a dashboard that core just answered with. */
export const enter = (turn: Turn, { member: { memberId } }: Dashboard, { screen, note }: Place): Step => {
  const said = note === undefined ? {} : { note };
  return isOpen(turn) ? { step: 'go', screen, ...said } : { step: 'open', memberId, screen, ...said };
};
