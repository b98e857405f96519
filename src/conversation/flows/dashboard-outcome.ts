import type { Dashboard } from '../../credex/credex.ts';
import type { After, AskOutcome, Carry } from '../decision.ts';
import { refuseOtherMember } from './entering.ts';
import type { Step, Turn } from './flow.ts';
import { becomeMember, showDashboard } from './greeting.ts';
import { beginOffer } from './offer.ts';
import { listOffers, proposeAnswer } from './offers.ts';

type DashboardOutcome = Extract<AskOutcome, { ask: 'log_in' | 'read_dashboard' }>;

/** What the dashboard was wanted for. */
const goOn = (turn: Turn, dashboard: Dashboard, carry: Carry): Step => {
  switch (carry.after) {
    case 'offer':
      return beginOffer(turn, dashboard);
    case 'offers':
      return listOffers(turn, dashboard, carry);
    case 'answer':
      return proposeAnswer(turn, dashboard, carry);
    case 'command':
    case 'ledger':
    case 'confirm':
      return showDashboard(turn, dashboard, 'menu');
    case 'greeting':
    case 'menu':
    case 'expired':
    case 'old_button':
    case 'registered':
    case 'already_member':
      return showDashboard(turn, dashboard, carry.after);
  }
};

/** What core said to a log-in or to reading the dashboard. */
export const hearDashboard = (turn: Turn, { result }: DashboardOutcome, carry: Carry): Step => {
  if (result === 'core_away') return { step: 'stay', note: turn.wording.core.away };
  if (!result.ok) return becomeMember(turn, result.refusal, isAfter(carry) ? carry.after : 'greeting');
  const isNewVisit = carry.after !== 'menu' && isAfter(carry);
  return (isNewVisit ? undefined : refuseOtherMember(turn, result.value)) ?? goOn(turn, result.value, carry);
};

type Plain = Extract<Carry, { after: After }>;

const PLAIN: ReadonlySet<string> = new Set<After>([
  ...(['greeting', 'menu', 'expired', 'old_button', 'registered', 'already_member'] as const),
]);

/** Whether core was asked for nothing but the dashboard itself. */
const isAfter = (carry: Carry): carry is Plain => PLAIN.has(carry.after);
