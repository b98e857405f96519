import type { Money } from '../../base/money.ts';
import type { NameRefusal } from '../flows/name.ts';
import type { Inbound } from '../understanding/inbound.ts';
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
    readonly rows: Readonly<Record<'balances' | 'about' | 'help', RowWording>>;
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
