import { formatMoney, type Money } from '../../base/money.ts';
import type { Account, Dashboard } from '../../credex/credex.ts';
import type { Draft } from '../../payment/payment.ts';
import type { Screen } from '../sessions/session.ts';
import type { AskOutcome } from '../decision.ts';
import { readAmount, readHandle } from '../understanding/amount.ts';
import { readOfferCommand, type OfferCommand } from '../understanding/offer-command.ts';
import { quoteHandle } from '../wording/quote.ts';
import { enter, refuseOtherMember } from './entering.ts';
import type { ScreenFlow, Step, Turn } from './flow.ts';
import { becomeMember } from './greeting.ts';
import type { MenuRow } from './menu-row.ts';
import { ownAccount } from './own-account.ts';
import { refusePayer } from './payer.ts';
import { paragraphs, showText } from './show.ts';

type Of<Name extends Screen['name']> = Extract<Screen, { name: Name }>;
type PrepareOutcome = Extract<AskOutcome, { ask: 'prepare_offer' }>;

/** F6: amount, then handle, then the confirmation. */
export const offerRow: MenuRow = {
  action: 'offer',
  say: ({ menu }) => menu.rows.offer,
  choose: (turn) => refusePayer(turn) ?? { step: 'ask', ask: { ask: 'read_dashboard' }, carry: { after: 'offer' } },
};

/** The dashboard came: which denomination an amount without one is in. */
export const beginOffer = (turn: Turn, dashboard: Dashboard): Step => {
  const account = ownAccount(dashboard);
  if (!account) return noAccount(turn);
  return enter(turn, dashboard, { screen: { name: 'offer.amount', denomination: account.defaultDenomination } });
};

const noAccount = ({ wording }: Turn): Step => ({ step: 'go', screen: { name: 'menu' }, note: wording.core.refused });

const stop = ({ wording }: Turn): Step => ({ step: 'go', screen: { name: 'menu' }, note: wording.payment.cancelled });

const prepare = (command: OfferCommand, handle: string): Step => ({
  step: 'ask',
  ask: { ask: 'prepare_offer', handle },
  carry: { after: 'command', command },
});

export const offerAmount: ScreenFlow<Of<'offer.amount'>> = {
  expects: 'value',
  show: ({ screen, wording }, note) => showText(paragraphs(note, wording.payment.askAmount(screen.denomination))),
  hear: ({ screen, wording }, text) => {
    const read = readAmount(text, screen.denomination);
    if (!read.ok) return { step: 'stay', note: wording.payment.refusedAmounts[read.refusal] };
    if (screen.handle !== undefined)
      return prepare({ amount: formatMoney(read.value), handle: screen.handle }, screen.handle);
    return { step: 'go', screen: { name: 'offer.handle', amount: read.value } };
  },
  choose: () => undefined,
  cancel: stop,
};

export const offerHandle: ScreenFlow<Of<'offer.handle'>> = {
  expects: 'value',
  show: ({ screen, wording }, note) => showText(paragraphs(note, wording.payment.askHandle(screen.amount))),
  hear: ({ screen, wording }, text) => {
    const handle = readHandle(text);
    if (handle === undefined) return { step: 'stay', note: wording.payment.handleInvalid };
    return prepare({ amount: formatMoney(screen.amount), handle }, handle);
  },
  choose: () => undefined,
  cancel: stop,
};

/** F7: `0.5=>handle`, from anywhere. Undefined where the text has no arrow. */
export const hearCommand = (turn: Turn, text: string): Step | undefined => {
  const command = readOfferCommand(text);
  if (!command) return undefined;
  const { payment } = turn.wording;
  const correct = (note: string): Step => ({ step: 'stay', note });
  if ('mistake' in command) return correct(payment.refusedCommands[command.mistake]);
  const refused = refusePayer(turn);
  if (refused) return refused;
  const handle = readHandle(command.handle);
  if (handle === undefined) return correct(payment.handleInvalid);
  // A number that is wrong whatever the denomination is corrected before anybody is asked.
  const read = readAmount(command.amount, 'XAU');
  if (!read.ok && read.refusal !== 'too_many_decimals') return correct(payment.refusedAmounts[read.refusal]);
  return prepare(command, handle);
};

/** Who pays whom came: the confirmation, or one correction with everything else kept. */
export const hearPrepared = (turn: Turn, { result }: PrepareOutcome, command: OfferCommand): Step => {
  const { wording } = turn;
  if (result === 'core_away') return { step: 'stay', note: wording.core.away };
  if (!result.ok) return becomeMember(turn, result.refusal);
  const { dashboard, payee } = result.value;
  const other = refuseOtherMember(turn, dashboard);
  if (other) return other;
  const account = ownAccount(dashboard);
  if (!account) return noAccount(turn);
  const { defaultDenomination: denomination } = account;
  const handle = readHandle(command.handle);
  const kept = handle === undefined ? {} : { handle };
  const askAmount = (note: string): Step =>
    enter(turn, dashboard, { screen: { name: 'offer.amount', denomination, ...kept }, note });
  const read = readAmount(command.amount, denomination);
  if (!read.ok) return askAmount(wording.payment.refusedAmounts[read.refusal]);
  const askHandle = (note: string): Step =>
    enter(turn, dashboard, { screen: { name: 'offer.handle', amount: read.value }, note });
  // Before the payee: whoever has nothing to send learns nothing about anybody.
  const short = findShortage(turn, { account, dashboard, amount: read.value });
  if (short !== undefined) return askAmount(short);
  if (!payee) return askHandle(wording.payment.handleUnknown(quoteHandle(command.handle.toLowerCase())));
  if (payee.accountId === account.accountId) return askHandle(wording.payment.toYourself);
  return propose(turn, dashboard, {
    wish: {
      kind: 'offer',
      accountId: account.accountId,
      payeeAccountId: payee.accountId,
      amount: read.value,
      secured: true,
    },
    facts: { accountName: account.accountName, otherName: payee.accountName, otherHandle: payee.accountHandle },
  });
};

type Asked = { readonly account: Account; readonly dashboard: Dashboard; readonly amount: Money };

/** What stands against the amount already; core has the last word when it is sent. */
const findShortage = ({ wording }: Turn, { account, dashboard, amount }: Asked): string | undefined => {
  const { denomination, amountMinor } = amount;
  const held = account.securedNet.find((each) => each.denomination === denomination) ?? {
    amountMinor: 0n,
    denomination,
  };
  if (amountMinor > held.amountMinor) return wording.payment.tooLittle(held);
  const limit = dashboard.member.remainingAvailableUsd;
  const isOver = limit !== null && denomination === limit.denomination && amountMinor > limit.amountMinor;
  return isOver ? wording.payment.overLimit(limit) : undefined;
};

const propose = (turn: Turn, { member: { memberId } }: Dashboard, draft: Draft): Step => {
  if (isStillOpen(turn, draft))
    return { step: 'go', screen: { name: 'menu' }, note: turn.wording.payment.stillChecking };
  return { step: 'propose', draft, memberId };
};

/** While one like it is still being found out, the same is not offered again. */
const isStillOpen = ({ payments }: Turn, { wish, facts }: Draft): boolean =>
  payments.open.some(
    ({ wish: open, facts: known }) =>
      open.kind === 'offer' &&
      wish.kind === 'offer' &&
      // By name too: where core is only read back, the name is what tells one payee from another.
      (open.payeeAccountId === wish.payeeAccountId || known?.otherName === facts.otherName) &&
      open.amount.amountMinor === wish.amount.amountMinor &&
      open.amount.denomination === wish.amount.denomination,
  );
