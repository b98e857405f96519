import type { Carried, Draft, Intent } from '../../payment/payment.ts';
import type { CarriedHere } from '../decision.ts';
import type { Screen } from '../sessions/session.ts';
import { readHandle } from '../understanding/amount.ts';
import { quote, quoteHandle } from '../wording/quote.ts';
import type { PaymentFacts, Wording } from '../wording/wording.ts';
import { ownAccount } from './own-account.ts';
import type { ScreenFlow, ScreenTurn, Step, Turn } from './flow.ts';
import { whyMayNotPay } from './payer.ts';
import { paragraphs, readTapId, showButtons } from './show.ts';

type Of<Name extends Screen['name']> = Extract<Screen, { name: Name }>;
type CarriedAs<Outcome extends Carried['outcome']> = Extract<CarriedHere, { outcome: Outcome }>;

/** What a text may say of a payment. */
const factsOf = ({ wish, facts }: Pick<Intent, 'wish' | 'facts'> | Draft): PaymentFacts => ({
  kind: wish.kind,
  amount: wish.amount,
  ...(facts && { other: quote(facts.otherName), account: quote(facts.accountName) }),
  ...(facts?.otherHandle !== undefined && { handle: quoteHandle(facts.otherHandle) }),
});

/** What people may quote to somebody who helps them: the beginning of core's own id. */
const referenceOf = (credexId: string): string => credexId.slice(0, 8);

/** A payment is said yes to by this action of a confirmation's nonce, and by nothing that can be typed. */
const YES = 'pay';

const confirm = ({ screen: { intentId, draft }, ...turn }: ScreenTurn<Of<'payment.confirm'>>): Step => {
  const why = whyMayNotPay(turn);
  // The confirmation stays, so that it can be tapped when money may move again.
  if (why !== undefined) return { step: 'stay', note: why };
  return { step: 'ask', ask: { ask: 'confirm', intentId, draft }, carry: { after: 'confirm' } };
};

const cancel = ({ wording }: Turn): Step => ({ step: 'go', screen: { name: 'menu' }, note: wording.payment.cancelled });

/** What will be done, word by word, and the one button that does it. */
export const paymentConfirm: ScreenFlow<Of<'payment.confirm'>> = {
  show: ({ live, screen: { draft }, wording: { payment } }, note) =>
    showButtons(live.nonce, paragraphs(note, payment.confirm(factsOf(draft))), [
      { action: YES, title: payment.yes[draft.wish.kind] },
      { action: 'no', title: payment.no },
    ]),
  hear: (turn, text) => {
    if (/^(no|n)$/i.test(text)) return cancel(turn);
    return { step: 'stay', note: turn.wording.payment.useButtons };
  },
  choose: (turn, action) => {
    if (action === YES) return confirm(turn);
    return action === 'no' ? cancel(turn) : undefined;
  },
  cancel,
};

/**
 * The confirmation on this screen was tapped already, and whatever held that tap never came to its end: a message that was
 * written before it hears the same, and nothing else of this screen is true any more.
 */
export const hearWhilePending = (turn: ScreenTurn): Step | undefined => {
  const { screen, payments } = turn;
  if (screen.name !== 'payment.confirm') return undefined;
  const intent = payments.open.find(({ intentId }) => intentId === screen.intentId);
  return intent && hearCarried(turn, { outcome: 'unknown', intent });
};

/** A tap on a confirmation of the past is told what became of it. Undefined for every other button. */
export const hearOldConfirmation = (id: string): Step | undefined => {
  const tap = readTapId(id);
  if (tap?.action !== YES) return undefined;
  return { step: 'ask', ask: { ask: 'look_up', nonce: tap.nonce }, carry: { after: 'confirm' } };
};

/** Where a member stands after a payment, in one line. */
const balanceLine = (wording: Wording, carried: CarriedHere): string | undefined => {
  const dashboard = 'dashboard' in carried ? carried.dashboard : undefined;
  const account = dashboard && ownAccount(dashboard);
  return account && wording.payment.balance(account.securedNet);
};

const toMenu = (turn: Turn, text: string): Step =>
  turn.session.state === 'live'
    ? { step: 'go', kind: 'receipt', screen: { name: 'menu' }, note: text }
    : { step: 'say', kind: 'receipt', text, session: 'keep' };

const tellSettled = (turn: Turn, carried: CarriedAs<'settled'>): string =>
  paragraphs(
    turn.wording.payment.settled({ ...factsOf(carried.intent), reference: referenceOf(carried.credexId) }),
    balanceLine(turn.wording, carried),
  );

const tellRefused = ({ wording }: Turn, { intent, refusal }: CarriedAs<'refused'>): string =>
  paragraphs(wording.payment.notDone(factsOf(intent)), wording.payment.refused[refusal]);

/** An amount that core refuses is asked for anew, with the payee kept. */
const AMOUNT_REFUSALS: ReadonlySet<string> = new Set(['credex.limit_reached', 'credex.balance_insufficient']);

const afterRefusal = (turn: Turn, carried: CarriedAs<'refused'>): Step => {
  const { intent, refusal } = carried;
  const note = tellRefused(turn, carried);
  const handle = readHandle(intent.facts?.otherHandle ?? '');
  if (turn.session.state !== 'live' || handle === undefined || !AMOUNT_REFUSALS.has(refusal)) return toMenu(turn, note);
  const { denomination } = intent.wish.amount;
  return { step: 'go', kind: 'receipt', screen: { name: 'offer.amount', denomination, handle }, note };
};

/** Nothing was sent: the same confirmation again, as an intent of its own. */
const afterNotSent = (turn: Turn, { wish, facts }: Intent): Step => {
  const note = turn.wording.payment.notSent;
  return turn.session.state === 'live' && facts
    ? { step: 'propose', kind: 'receipt', draft: { wish, facts }, note }
    : toMenu(turn, note);
};

const hearUnspent = (turn: Turn, { why, intent }: CarriedAs<'unspent'>): Step => {
  const { payment, core } = turn.wording;
  switch (why) {
    case 'core_away':
      return { step: 'stay', note: core.away };
    case 'money_stopped':
      return { step: 'stay', note: payment.stopped };
    case 'still_checking':
      return toMenu(turn, payment.stillChecking);
    case 'spent_before':
      return toMenu(turn, intent ? tellIntent(turn, intent) : payment.ended);
    case 'expired':
    case 'void':
    case 'unknown_intent':
      return toMenu(turn, payment.ended);
  }
};

/** What became of a confirmation that somebody tapped: their own, or one that was carried on for them. */
export const hearCarried = (turn: Turn, carried: CarriedHere): Step => {
  switch (carried.outcome) {
    case 'settled':
      return toMenu(turn, tellSettled(turn, carried));
    case 'refused':
      return afterRefusal(turn, carried);
    case 'not_sent':
      return afterNotSent(turn, carried.intent);
    case 'unknown':
      return toMenu(turn, turn.wording.payment.pending(factsOf(carried.intent)));
    case 'unresolved':
      return toMenu(turn, turn.wording.payment.unresolved(factsOf(carried.intent)));
    case 'unspent':
      return hearUnspent(turn, carried);
  }
};

/** A timer found out: the person is told wherever they are, and nothing of their visit changes. */
export const tellFoundOut = (turn: Turn, carried: CarriedHere): Step => {
  const say = (text: string): Step => ({ step: 'say', kind: 'receipt', text, session: 'keep' });
  const { payment } = turn.wording;
  switch (carried.outcome) {
    case 'settled':
      return say(tellSettled(turn, carried));
    case 'refused':
      return say(tellRefused(turn, carried));
    case 'not_sent':
      return say(payment.notDone(factsOf(carried.intent)));
    case 'unresolved':
      return say(payment.unresolved(factsOf(carried.intent)));
    case 'unknown':
    case 'unspent':
      return { step: 'silent', session: 'keep' };
  }
};

const tellIntent = ({ wording: { payment } }: Turn, intent: Intent): string => {
  const facts = factsOf(intent);
  switch (intent.state) {
    case 'settled':
      return payment.settledBefore({ ...facts, reference: referenceOf(intent.credexId ?? '') });
    case 'spent':
    case 'unknown':
      return payment.pending(facts);
    case 'unresolved':
      return payment.unresolved(facts);
    case 'refused':
    case 'not_sent':
      return payment.notDone(facts);
    case 'shown':
    case 'stepped_up':
    case 'void':
      return payment.ended;
  }
};

/** What a tap on a confirmation of the past is told; undefined where there never was one. */
export const tellOldConfirmation = (turn: Turn, intent: Intent | undefined): Step | undefined => {
  if (!intent) return undefined;
  const { session } = turn;
  const text = tellIntent(turn, intent);
  const isHere = session.state === 'live' && session.session.screen.name !== 'menu';
  return {
    ...(isHere ? ({ step: 'stay', note: text } as const) : toMenu(turn, text)),
    event: { name: 'conversation.old_button_refused', reason: 'payment.confirm' },
  };
};
