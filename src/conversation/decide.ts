import { tellAbout, tellHelp } from './flows/about.ts';
import { beginAfterExpiry } from './flows/expired.ts';
import type { MessageTurn, Step, Turn } from './flows/flow.ts';
import { hearDashboard } from './flows/dashboard-outcome.ts';
import { logIn } from './flows/greeting.ts';
import { showPage } from './flows/ledger.ts';
import { tellNotice } from './flows/notices.ts';
import { askForNumber } from './flows/number.ts';
import { hearPrepared } from './flows/offer.ts';
import { hearCarried, tellFoundOut, tellOldConfirmation } from './flows/payment.ts';
import { hearRegistration } from './flows/registration.ts';
import { tellStanding } from './flows/standing.ts';
import { hearSystem } from './flows/system.ts';
import { takeStep } from './flows/take-step.ts';
import { answerUnread } from './flows/unsupported.ts';
import { beginVisit, continueVisit, wordOf } from './flows/visit.ts';
import type { AskOutcome, Carry, Decide, TurnInput } from './decision.ts';
import { wordingOf } from './wording/languages.ts';
import type { Word } from './understanding/words.ts';

type Rule = (turn: MessageTurn) => Step | undefined;

const hearSystemChange: Rule = ({ message }) => (message.kind === 'system' ? hearSystem(message) : undefined);

/** I6: a reaction needs no answer and is never consent. */
const stayQuietOnReaction: Rule = ({ message }) =>
  message.kind === 'reaction' ? { step: 'silent', session: 'touch' } : undefined;

const ALWAYS: { readonly [Name in Word]?: (turn: Turn) => Step } = {
  help: tellHelp,
  about: tellAbout,
  stop: ({ wording }) => ({ step: 'stay', note: wording.stop }),
  start: ({ wording }) => ({ step: 'stay', note: wording.start }),
};

/** Answered on any screen, to anybody, over every limit: what this is, how to get help, what we send. */
const answerAlways: Rule = (turn) => {
  const word = wordOf(turn);
  return word && ALWAYS[word]?.(turn);
};

/** An old message may be a wish of days ago (Meta retries for seven): only a greeting is still taken up. */
const refuseStale: Rule = (turn) => {
  const word = wordOf(turn);
  if (!turn.isStale || word === 'greeting' || word === 'menu') return undefined;
  return { step: 'say', text: turn.wording.late, session: 'keep', event: { name: 'conversation.stale_message' } };
};

/** Neither needs a visit nor says anything about it. */
const answerAfterthought: Rule = ({ message, wording }) =>
  message.kind === 'edit' || message.kind === 'revoke' || (message.kind === 'unsupported' && message.lost)
    ? answerUnread(message, wording)
    : undefined;

const visit: Rule = (turn) => {
  if (!turn.person.hasNumber) return askForNumber(turn);
  switch (turn.session.state) {
    case 'live':
      return continueVisit(turn, turn.session.session);
    case 'expired':
      return beginAfterExpiry(turn);
    case 'none':
      return beginVisit(turn);
  }
};

/** The way of a message, one rule a line: the first that has something to say decides. */
const RULES: readonly Rule[] = [
  hearSystemChange,
  stayQuietOnReaction,
  answerAlways,
  tellStanding,
  refuseStale,
  answerAfterthought,
  visit,
];

/** Over a limit: what is always answered still is; else one notice for the window, then silence (S19). */
const RULES_OVER_LIMIT: readonly Rule[] = [hearSystemChange, stayQuietOnReaction, answerAlways];

const SILENCE: Step = { step: 'silent', session: 'keep' };

const firstOf = (rules: readonly Rule[], turn: MessageTurn): Step | undefined => {
  for (const rule of rules) {
    const step = rule(turn);
    if (step) return step;
  }
  return undefined;
};

const hearOverLimit = (turn: MessageTurn, isFirst: boolean): Step => {
  const step = firstOf(RULES_OVER_LIMIT, turn);
  if (step) return step;
  if (!isFirst) return SILENCE;
  return { step: 'say', text: turn.wording.overLimit, session: 'keep', event: { name: 'conversation.limit_reached' } };
};

const NO_CARRY: Carry = { after: 'greeting' };

const hearOutcome = (turn: Turn, outcome: AskOutcome, carry: Carry = NO_CARRY): Step => {
  // What core has done is told whatever has become of the person since.
  if (outcome.ask === 'confirm') return hearCarried(turn, outcome.carried);
  // Nobody is let in whose standing changed while core was being asked.
  const standing = tellStanding(turn);
  if (standing) return standing;
  switch (outcome.ask) {
    case 'register':
      return hearRegistration(turn, outcome);
    case 'prepare_offer':
      return hearPrepared(turn, outcome, carry.after === 'command' ? carry.command : { amount: '', handle: '' });
    case 'read_ledger':
      return showPage(turn, outcome, carry.after === 'ledger' ? carry.startRow : 0);
    case 'look_up':
      return tellOldConfirmation(turn, outcome.intent) ?? hearUnknownButton(turn);
    case 'log_in':
    case 'read_dashboard':
      return hearDashboard(turn, outcome, carry);
  }
};

/** A button that never was a confirmation of this person: told as every old one. */
const hearUnknownButton = ({ session, wording }: Turn): Step =>
  session.state === 'live'
    ? { step: 'stay', note: wording.begin.oldButton, event: { name: 'conversation.old_button_refused' } }
    : logIn('old_button');

const hear = (turn: Turn, input: TurnInput, carry: Carry | undefined): Step => {
  switch (input.type) {
    case 'message':
      return firstOf(RULES, { ...turn, message: input.message, isStale: input.isStale }) ?? SILENCE;
    case 'over_limit':
      return hearOverLimit({ ...turn, message: input.message, isStale: false }, input.isFirst);
    case 'outcome':
      return hearOutcome(turn, input.outcome, carry);
    case 'resumed':
      return hearCarried(turn, input.carried);
    case 'found_out':
      return tellFoundOut(turn, input.carried);
    case 'notice':
      return tellNotice(turn, input.notice);
  }
};

/** What to answer: pure. The same state, input and context always give the same session and effects. */
export const decide: Decide = ({ person, session, payments, carry }, input, context) => {
  const turn: Turn = { person, session, payments, context, wording: wordingOf(person.language) };
  return takeStep(turn, hear(turn, input, carry));
};
