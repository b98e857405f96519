import type { Denomination, Money } from '../../base/money.ts';
import type { PaymentRefusal, WishKind } from '../../payment/payment.ts';
import type { NameRefusal } from '../flows/name.ts';
import type { Notice } from '../notices/notice.ts';
import type { OfferSide } from '../sessions/session.ts';
import type { AmountMistake } from '../understanding/amount.ts';
import type { Inbound } from '../understanding/inbound.ts';
import type { CommandMistake } from '../understanding/offer-command.ts';
import type { Quoted } from './quote.ts';

/** What a dashboard says of one account. Names come quoted, amounts as money: nothing raw fits in here. */
export type DashboardFacts = {
  readonly firstname: Quoted;
  readonly accountName: Quoted;
  readonly handle: Quoted;
  readonly balances: readonly Money[];
  /** What is owed later; for tiers that may owe. */
  readonly unsecured?: { readonly payables: Money; readonly receivables: Money; readonly net: Money };
  /** What may still be sent today; for tiers that have a daily limit. */
  readonly remaining?: Money;
  readonly netAssets: Money;
  readonly offersIn: number;
  readonly offersOut: number;
  readonly others: readonly { readonly name: Quoted; readonly netAssets: Money }[];
  readonly othersUnnamed: number;
};

/** What is said of a payment; the names are missing where they are no longer kept. */
export type PaymentFacts = {
  readonly kind: WishKind;
  readonly amount: Money;
  readonly other?: Quoted;
  readonly account?: Quoted;
  readonly handle?: Quoted;
};
type Referred = PaymentFacts & { readonly reference: string };

export type RowWording = { readonly title: string; readonly description: string };

/** Kinds of message that are answered without being looked into. */
export type UnreadKind = Exclude<Inbound['kind'], 'text' | 'tap' | 'reaction' | 'system' | 'unsupported' | 'media'>;

/**
 * Everything that we say, in one language. A language file is a value of this type, so that a missing text does not
 * compile. Limits of button (20) and row (24, 72) titles hold for every language; wording.test.ts measures them.
 */
export type Wording = {
  readonly begin: {
    /** After an answer that opened no visit. */
    readonly hint: string;
    readonly expired: string;
    readonly oldButton: string;
    readonly unknownText: string;
    readonly nothingToCancel: string;
    readonly cancelled: string;
  };
  readonly menu: {
    readonly button: string;
    readonly section: string;
    readonly body: string;
    readonly rows: Readonly<
      Record<'balances' | 'offer' | 'offersIn' | 'offersOut' | 'ledger' | 'about' | 'help', RowWording>
    >;
  };
  readonly dashboard: (facts: DashboardFacts) => string;
  readonly about: string;
  readonly help: string;
  readonly welcome: { readonly body: string; readonly join: string; readonly about: string };
  readonly register: {
    readonly askFirstName: string;
    readonly askLastName: (firstname: Quoted) => string;
    readonly confirm: (firstname: Quoted, lastname: Quoted) => string;
    readonly yes: string;
    readonly change: string;
    readonly cancel: string;
    readonly useButtons: string;
    readonly refusedNames: Readonly<Record<NameRefusal, string>>;
    readonly done: (firstname: Quoted) => string;
    readonly alreadyMember: string;
    readonly nameRefused: string;
    readonly refused: string;
    readonly away: string;
    readonly unknown: string;
  };
  readonly payment: {
    readonly askAmount: (denomination: Denomination) => string;
    readonly askHandle: (amount: Money) => string;
    readonly refusedAmounts: Readonly<Record<AmountMistake, string>>;
    readonly refusedCommands: Readonly<Record<CommandMistake, string>>;
    readonly handleInvalid: string;
    readonly handleUnknown: (handle: Quoted) => string;
    readonly toYourself: string;
    readonly tooLittle: (held: Money) => string;
    readonly overLimit: (left: Money) => string;
    /** All that will be done: amount, denomination, whom, from which account. */
    readonly confirm: (facts: PaymentFacts) => string;
    readonly yes: Readonly<Record<WishKind, string>>;
    readonly no: string;
    readonly useButtons: string;
    readonly cancelled: string;
    readonly ended: string;
    readonly settled: (facts: Referred) => string;
    readonly settledBefore: (facts: Referred) => string;
    readonly balance: (balances: readonly Money[]) => string;
    readonly notDone: (facts: PaymentFacts) => string;
    readonly refused: Readonly<Record<PaymentRefusal, string>>;
    readonly notSent: string;
    readonly pending: (facts: PaymentFacts) => string;
    readonly unresolved: (facts: PaymentFacts) => string;
    readonly stillChecking: string;
    readonly stopped: string;
    readonly unproven: string;
  };
  readonly offers: {
    readonly button: string;
    readonly list: Readonly<Record<OfferSide, string>>;
    readonly none: Readonly<Record<OfferSide, string>>;
    readonly party: Readonly<Record<OfferSide, (other: Quoted) => string>>;
    readonly more: RowWording;
    readonly back: RowWording;
    readonly one: (amount: Money, other: Quoted) => string;
    readonly accept: string;
    readonly decline: string;
  };
  readonly ledger: {
    readonly empty: string;
    readonly body: string;
    readonly head: (first: number, last: number) => string;
    readonly entry: (facts: { readonly day: string; readonly amount: string; readonly other: Quoted }) => string;
    readonly older: string;
    readonly newer: string;
    readonly menu: string;
  };
  readonly notices: Readonly<Record<Notice['what'], (amount: Money, other: Quoted) => string>>;
  readonly core: { readonly away: string; readonly refused: string };
  readonly number: {
    readonly ask: string;
    readonly askedBefore: string;
    readonly othersCard: string;
    readonly notTaken: string;
  };
  readonly standing: Readonly<Record<'contested' | 'frozen', string>>;
  readonly unread: Readonly<Record<UnreadKind | 'lost' | 'unsupported', string>>;
  readonly unreadMedia: Readonly<Record<Extract<Inbound, { kind: 'media' }>['media'], string>>;
  readonly thanks: string;
  readonly late: string;
  /** Our own stores are away: one answer for everything that waits. */
  readonly storesAway: string;
  /** A message that we failed on again and again, and gave up. */
  readonly gaveUp: string;
  readonly overLimit: string;
  readonly stop: string;
  readonly start: string;
};
