import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatMoney } from '../../src/base/money.ts';
import { decodeSession, encodeSession } from '../../src/conversation/sessions/session-record.ts';
import { quote } from '../../src/conversation/wording/quote.ts';
import { understandMessage } from '../../src/conversation/understanding/understand.ts';
import type { Account, PendingOffer } from '../../src/credex/credex.ts';
import type { AskOutcome, CarriedHere } from '../../src/conversation/decision.ts';
import type { Draft, Intent } from '../../src/payment/payment.ts';
import {
  account,
  core,
  coreAway,
  createConversation,
  dashboard,
  findBrokenLimits,
  idsOf,
  money,
  OTHER_KINDS,
  person,
  tap,
  type Core,
} from '../support/conversation.ts';

const RUNS = 400;

const offer = (credexId: string, amountMinor: bigint, counterpartyAccountName: string): PendingOffer => ({
  credexId,
  amount: money(amountMinor),
  counterpartyAccountName,
  secured: true,
});
const own: Account = account({
  pendingIn: [offer('c-1', 70n, 'Rudo *Ncube*'), offer('c-2', 71n, 'Tendai')],
  pendingOut: [offer('c-3', -72n, 'Simba')],
});
const known = core({ member: dashboard({ accounts: [own] }) });

/** What may become of a tap, whatever was tapped. */
const OUTCOMES: readonly ((intent: Intent) => CarriedHere)[] = [
  (intent) => ({ outcome: 'settled', intent, credexId: 'c-new' }),
  (intent) => ({ outcome: 'refused', intent, refusal: 'credex.balance_insufficient' }),
  (intent) => ({ outcome: 'refused', intent, refusal: 'payment.offer_gone' }),
  (intent) => ({ outcome: 'not_sent', intent }),
  (intent) => ({ outcome: 'unknown', intent }),
  (intent) => ({ outcome: 'unspent', why: 'expired', intent }),
  () => ({ outcome: 'unspent', why: 'core_away' }),
  () => ({ outcome: 'unspent', why: 'money_stopped' }),
];

const carrying =
  (which: number): Core =>
  (ask): AskOutcome => {
    if (ask.ask !== 'confirm') return known(ask);
    const intent = { ...ask.draft, intentId: ask.intentId, state: 'spent' } as unknown as Intent;
    return { ask: 'confirm', carried: OUTCOMES[which % OUTCOMES.length]!(intent) };
  };

type Act =
  | { readonly act: 'text'; readonly words: string }
  | { readonly act: 'tap'; readonly which: number }
  | { readonly act: 'other'; readonly which: number }
  | { readonly act: 'expire' }
  | { readonly act: 'core'; readonly which: number };

const words = fc.oneof(
  fc.constantFrom('hi', 'menu', 'cancel', 'yes', 'no', '1', '2', '3', '4', 'send', 'offers', 'my offers', 'history'),
  fc.constantFrom(
    '0.5=>farai',
    '1 USD => shop_1',
    'usd 2=>nobody',
    '999=>farai',
    'nan=>farai',
    '1->farai',
    '0.1',
    'farai',
  ),
  fc.string({ unit: 'grapheme', maxLength: 40 }),
);
const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 6, arbitrary: words.map((each) => ({ act: 'text', words: each }) as const) },
  { weight: 8, arbitrary: fc.nat(30).map((which) => ({ act: 'tap', which }) as const) },
  { weight: 1, arbitrary: fc.nat(OTHER_KINDS.length - 1).map((which) => ({ act: 'other', which }) as const) },
  { weight: 1, arbitrary: fc.constant({ act: 'expire' } as const) },
  { weight: 1, arbitrary: fc.nat(OUTCOMES.length).map((which) => ({ act: 'core', which }) as const) },
);

/** Ways to a confirmation, which chance alone seldom finds; what stands between their steps is left to chance. */
const say = (said: string): Act => ({ act: 'text', words: said });
const pick = (which: number): Act => ({ act: 'tap', which });
const way = fc
  .tuple(
    fc.constantFrom<readonly Act[]>(
      [say('0.5=>farai')],
      [say('send'), say('1'), say('farai')],
      [say('offers'), pick(0), pick(0)],
      [say('offers'), pick(1), pick(1)],
      [say('my offers'), pick(0)],
    ),
    fc.array(act, { maxLength: 1 }),
  )
  .map(([steps, between]): readonly Act[] => [...steps, ...between, pick(0)]);
const story = fc
  .array(fc.oneof({ weight: 4, arbitrary: act.map((each) => [each]) }, { weight: 1, arbitrary: way }), {
    maxLength: 25,
  })
  .map((parts) => parts.flat());

/** The confirmation that this text shows, read off it as a member reads it. */
const expectShown = (body: string, { wish, facts }: Draft): void => {
  expect(body).toContain(`Amount: *${formatMoney(wish.amount)}*`);
  expect(body).toContain(`: ${quote(facts.otherName)}`);
  expect(body).toContain(`account: ${quote(facts.accountName)}`);
  const verb = { offer: '*offer*', accept: '*accept*', decline: '*decline*', cancel: '*take back*' }[wish.kind];
  expect(body).toContain(verb);
};

test('I3 I4: no sequence of inputs reaches the ledger but by the tap on a confirmation that showed the same data', () => {
  const confirmed = new Map<string, number>();
  fc.assert(
    fc.property(story, (acts) => {
      const conversation = createConversation(person(), carrying(0));
      let shown: readonly string[] = [];
      let seen: readonly string[] = [];
      /** Bodies of the confirmations that were shown, by the id of their button. */
      const confirmations = new Map<string, string>();
      for (const next of acts) {
        if (next.act === 'expire') conversation.setSession({ state: 'expired' });
        else if (next.act === 'core')
          conversation.setCore(next.which === OUTCOMES.length ? coreAway : carrying(next.which));
        if (next.act === 'expire' || next.act === 'core') continue;
        const id =
          next.act === 'tap' ? (next.which < 20 ? shown[next.which % 4] : seen[next.which % (seen.length || 1)]) : '';
        const message =
          next.act === 'other'
            ? OTHER_KINDS[next.which]!
            : next.act === 'text'
              ? understandMessage({ type: 'text', text: { body: next.words } })
              : tap(id ?? 'none');
        const heard = conversation.hear(message);
        for (const asked of heard.asks) {
          if (asked.ask !== 'confirm') continue;
          expect(message.kind).toBe('tap');
          const body = confirmations.get(id ?? '');
          expect(body, 'what is carried out was shown under this very button').toBeDefined();
          expectShown(body ?? '', asked.draft);
          confirmed.set(asked.draft.wish.kind, (confirmed.get(asked.draft.wish.kind) ?? 0) + 1);
        }
        for (const reply of heard.replies) {
          expect(findBrokenLimits(reply)).toEqual([]);
          const ids = idsOf(reply);
          const pay = ids.find((each) => each.endsWith(':pay'));
          if (pay !== undefined) confirmations.set(pay, reply.body);
          if (ids.length > 0) {
            shown = ids;
            seen = [...ids, ...seen];
          }
        }
        const session = conversation.session();
        if (session) expect(decodeSession(encodeSession(session))).toEqual(session);
      }
    }),
    { numRuns: 2 * RUNS },
  );
  // A search that never arrives proves nothing.
  for (const kind of ['offer', 'accept', 'decline', 'cancel'])
    expect(confirmed.get(kind) ?? 0).toBeGreaterThan(RUNS / 40);
});
