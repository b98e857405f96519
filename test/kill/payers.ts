import { setTimeout as pause } from 'node:timers/promises';
import { renderContent } from '../../src/simulator/chat.ts';
import type { BotMessage } from '../../src/simulator/people/chat.ts';
import type { Chance } from './chance.ts';
import { PAYERS } from './town-ledger.ts';
import type { Town } from './town.ts';
import { until } from './until.ts';

/** Whom they may pay. */
const HANDLES = [
  ...Array.from({ length: 12 }, (_, index) => `26377000${String(index + 1).padStart(4, '0')}`),
  ...['corner_shop', 'trust_usd', 'trust_zwg', 'trust_cad', 'trust_cxx', 'trust_xau'],
];
const CENTS_MAX = 25;
/** A lease, others before it, and a worker that starts anew. */
const ANSWERED_MS = 60_000;

/** One confirmation that was tapped, once. No two of a payer have the same payee and amount. */
export type Tapped = { readonly payer: string; readonly payee: string; readonly amount: string };
export type Payers = {
  readonly tapped: () => readonly Tapped[];
  /** Everybody ends the payment they are at; resolves when each tap is answered. */
  readonly hush: () => Promise<void>;
};

/** Who has paid whom how much in this town: no payment is ever wished twice. */
const wished = new WeakMap<Town, Map<string, number>>();
const nextWish = (town: Town, payer: string): { readonly payee: string; readonly amount: string } => {
  const counts = wished.get(town) ?? new Map<string, number>();
  wished.set(town, counts);
  const others = HANDLES.filter((handle) => handle !== payer);
  const count = counts.get(payer) ?? 0;
  counts.set(payer, count + 1);
  const cents = Math.floor(count / others.length) + 1;
  if (cents > CENTS_MAX) throw new Error('a payer has no wishes left');
  return { payee: others[count % others.length]!, amount: `0.${String(cents).padStart(2, '0')}` };
};

const textOf = ({ content }: BotMessage): string => renderContent(content).join('\n');

/** Members who pay one payment after another, each through its confirmation, as fast as they are answered. */
export const openPayers = (town: Town, chance: Chance, pauseMaxMs: number): Payers => {
  const { people } = town.simulator;
  const tapped: Tapped[] = [];
  const hushing = new AbortController();

  /** The first message that is it; undefined where none comes: an answer that was doubtful twice is given up, by design. */
  const hear = async (who: string, from: number, isIt: (text: string) => boolean): Promise<BotMessage | undefined> => {
    let found: BotMessage | undefined;
    const look = (): boolean => {
      found = people
        .inbox(who)
        .slice(from)
        .find((message) => isIt(textOf(message)));
      return found !== undefined;
    };
    await until(`${who} is answered`, look, ANSWERED_MS).catch(() => undefined);
    return found;
  };

  const pay = async (payer: string): Promise<void> => {
    const { payee, amount } = nextWish(town, payer);
    const from = people.inbox(payer).length;
    await people.write(payer, `${amount} USD=>${payee}`);
    const isShown = (text: string): boolean => text.includes(':pay]') && text.includes(`*${amount} USD*`);
    const shown = await hear(payer, from, isShown);
    if (!shown) return;
    const id = /\[button:([^\]]+:pay)\]/.exec(textOf(shown))?.[1] ?? '';
    const before = people.inbox(payer).length;
    tapped.push({ payer, payee, amount });
    await people.tap(payer, id);
    await hear(payer, before, (text) => text.includes(`${amount} USD`));
  };

  const payOn = async (payer: string): Promise<void> => {
    while (!hushing.signal.aborted) {
      await pay(payer);
      await pause(chance.between(0, pauseMaxMs));
    }
  };
  const going = PAYERS.map(payOn);
  for (const one of going) one.catch(() => undefined);
  return {
    tapped: () => tapped,
    hush: async () => {
      hushing.abort();
      await Promise.all(going);
    },
  };
};

/** Receipts that a payer got for a payment, copies of one reference counted once. */
export const receiptsOf = (
  town: Town,
  { payer, amount, payee }: Tapped,
  nameOf: (handle: string) => string,
): number => {
  const seen = new Set<string>();
  for (const message of town.simulator.people.inbox(payer)) {
    const isReceipt = textOf(message).includes(`You offered *${amount} USD* to ${nameOf(payee)}.`);
    if (isReceipt) seen.add(message.reference ?? message.wamid);
  }
  return seen.size;
};
