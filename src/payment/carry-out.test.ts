import { describe, expect, test } from 'vitest';
import { account, dashboard, money } from '../../test/support/conversation.ts';
import { Fault } from '../base/fault.ts';
import { newIdentityId, type IntentId } from '../base/id.ts';
import type { Account, Credex, LedgerEntry } from '../credex/credex.ts';
import { askForIt, readBack } from './carry-out.ts';
import type { Intent, Wish } from './payment.ts';

const SPENT_AT_MS = 1_795_400_000_000;
const MEMBER = { identityId: newIdentityId(), phone: '263770000001' as never };

const intentOf = (wish: Wish, changes: Partial<Intent> = {}): Intent => ({
  intentId: 'i-1' as IntentId,
  identityId: MEMBER.identityId,
  state: 'spent',
  wish,
  facts: { accountName: 'Tariro Moyo Personal', otherName: 'Farai Dube Personal' },
  idempotencyKey: 'k-1',
  spentAtMs: SPENT_AT_MS,
  spentBy: Buffer.alloc(32),
  baseline: [],
  credexId: undefined,
  ...changes,
});
const OFFER: Wish = { kind: 'offer', accountId: 'a-1', payeeAccountId: 'a-2', amount: money(50n), secured: true };
const answerTo = (kind: 'accept' | 'decline' | 'cancel'): Wish => ({
  kind,
  accountId: 'a-1',
  credexId: 'c-1',
  amount: money(50n),
  secured: true,
});

const entry = (changes: Partial<LedgerEntry> = {}): LedgerEntry => ({
  credexId: 'c-9',
  amount: money(-50n),
  counterpartyAccountName: 'Farai Dube Personal',
  acceptedAtMs: SPENT_AT_MS - 3_600_000,
  cleared: false,
  ...changes,
});

type CoreParts = {
  readonly own?: Partial<Account>;
  readonly entries?: readonly LedgerEntry[];
  readonly hasMore?: boolean;
  readonly act?: () => Promise<unknown>;
  readonly isAway?: boolean;
};

/** A core that answers changes with `act` and shows this much. */
const coreOf = ({ own = {}, entries = [], hasMore = false, act, isAway = false }: CoreParts): Credex => {
  const change = act ?? (() => Promise.reject(new Error('nobody asked')));
  const look = <T>(value: T): Promise<T> =>
    isAway ? Promise.reject(new Fault('credex.core_away', { retry: 'later' })) : Promise.resolve(value);
  return {
    readDashboard: () => look({ ok: true, value: dashboard({ accounts: [account(own)] }) }),
    readLedger: () => look({ ok: true, value: { entries, hasMore } }),
    offer: change,
    accept: change,
    decline: change,
    cancel: change,
  } as unknown as Credex;
};
const refusing = (refusal: string) => () => Promise.resolve({ ok: false, refusal });
const failing = (code: string) => () => Promise.reject(new Fault(code, { retry: 'later' }));

const ask = (wish: Wish, parts: CoreParts, isFirst = true) =>
  askForIt(coreOf(parts), MEMBER, { intent: intentOf(wish), isFirst });
type Kept = { readonly baseline?: readonly string[]; readonly settledBy?: readonly string[] };
const look = (wish: Wish, parts: CoreParts, { baseline = [], settledBy = [] }: Kept = {}) =>
  readBack(coreOf(parts), MEMBER, {
    intent: intentOf(wish, { baseline }),
    settledBy: () => Promise.resolve(new Set(settledBy)),
  });

describe('asking core for an offer', () => {
  test('the first attempt: done, refused, not sent where no byte was taken, else unknown', async () => {
    const done = () => Promise.resolve({ ok: true, value: { credexId: 'c-7' } });
    expect(await ask(OFFER, { act: done })).toEqual({ known: 'settled', credexId: 'c-7' });
    expect(await ask(OFFER, { act: refusing('credex.limit_reached') })).toMatchObject({ known: 'refused' });
    expect(await ask(OFFER, { act: refusing('credex.offer_refused') })).toMatchObject({ known: 'refused' });
    expect(await ask(OFFER, { act: failing('credex.core_away') })).toEqual({ known: 'not_sent' });
    expect(await ask(OFFER, { act: failing('credex.outcome_unknown') })).toEqual({ known: 'unknown' });
  });

  test('a repeat is never "not sent", and only what core decides and keeps is a refusal', async () => {
    for (const code of ['credex.core_away', 'credex.outcome_unknown', 'credex.core_nonsense'])
      expect(await ask(OFFER, { act: failing(code) }, false)).toEqual({ known: 'unknown' });
    for (const refusal of ['credex.offer_refused', 'credex.member_unknown', 'credex.log_in_refused'])
      expect(await ask(OFFER, { act: refusing(refusal) }, false)).toEqual({ known: 'unknown' });
    for (const refusal of ['credex.limit_reached', 'credex.balance_insufficient', 'credex.accounts_refused'])
      expect(await ask(OFFER, { act: refusing(refusal) }, false)).toEqual({ known: 'refused', refusal });
  });

  test('a bug stays a bug', async () => {
    await expect(ask(OFFER, { act: () => Promise.reject(new TypeError('x')) })).rejects.toThrow(TypeError);
  });
});

describe('a refused answer is read back', () => {
  const act = refusing('credex.answer_refused');
  const waiting = { pendingIn: [{ credexId: 'c-1', amount: money(50n), counterpartyAccountName: 'F', secured: true }] };

  test('accepted already is settled; waiting still is refused; gone is said to be', async () => {
    const entries = [entry({ credexId: 'c-1' })];
    expect(await ask(answerTo('accept'), { act, entries })).toMatchObject({ known: 'settled', credexId: 'c-1' });
    expect(await ask(answerTo('accept'), { act, own: waiting })).toMatchObject({ refusal: 'credex.answer_refused' });
    expect(await ask(answerTo('accept'), { act })).toMatchObject({ refusal: 'payment.offer_gone' });
    expect(await ask(answerTo('decline'), { act, entries })).toMatchObject({ refusal: 'payment.offer_gone' });
  });

  test('where it cannot be read, nobody knows: it is not called unsent', async () => {
    expect(await ask(answerTo('accept'), { act, isAway: true })).toEqual({ known: 'unknown' });
  });

  test('what lies beyond a cut list is not called gone', async () => {
    const recent = [entry({ acceptedAtMs: SPENT_AT_MS + 1_000 })];
    expect(await ask(answerTo('accept'), { act, entries: recent, hasMore: true })).toEqual({ known: 'unknown' });
    const reaching = [entry({ acceptedAtMs: SPENT_AT_MS + 1_000 }), entry({ acceptedAtMs: SPENT_AT_MS - 3_600_000 })];
    expect(await ask(answerTo('accept'), { act, entries: reaching, hasMore: true })).toMatchObject({
      known: 'refused',
    });
    const unordered = reaching.toReversed();
    expect(await ask(answerTo('accept'), { act, entries: unordered, hasMore: true })).toEqual({ known: 'unknown' });
    const many = Array.from({ length: 100 }, (_, index) => ({ ...waiting.pendingIn[0]!, credexId: `w-${index}` }));
    expect(await ask(answerTo('accept'), { act, own: { pendingIn: many } })).toEqual({ known: 'unknown' });
  });
});

describe('reading back what a core without keys has made of it', () => {
  const offered = {
    credexId: 'c-5',
    amount: money(-50n),
    counterpartyAccountName: 'Farai Dube Personal',
    secured: true,
  };

  test('an offer is what is new, of the same amount, denomination, payee and security, and settles no other', async () => {
    expect(await look(OFFER, { own: { pendingOut: [offered] } })).toMatchObject({ known: 'settled', credexId: 'c-5' });
    expect(await look(OFFER, { entries: [entry()] })).toMatchObject({ known: 'settled', credexId: 'c-9' });
    for (const other of [
      { ...offered, amount: money(-51n) },
      { ...offered, amount: money(50n) },
      { ...offered, amount: money(-50n, 'CAD') },
      { ...offered, counterpartyAccountName: 'Somebody Else' },
      { ...offered, secured: false },
    ])
      expect(await look(OFFER, { own: { pendingOut: [other] } })).toEqual({ known: 'unknown' });
    const own = { pendingOut: [offered] };
    expect(await look(OFFER, { own }, { baseline: ['c-5'] })).toEqual({ known: 'unknown' });
    expect(await look(OFFER, { own }, { settledBy: ['c-5'] })).toEqual({ known: 'unknown' });
    expect(await look(OFFER, { own, isAway: true })).toEqual({ known: 'unknown' });
  });

  test('an answer is where its offer stands', async () => {
    const entries = [entry({ credexId: 'c-1' })];
    expect(await look(answerTo('accept'), { entries })).toMatchObject({ known: 'settled' });
    expect(await look(answerTo('cancel'), { entries })).toMatchObject({ refusal: 'payment.offer_gone' });
    expect(await look(answerTo('cancel'), {})).toMatchObject({ known: 'settled' });
    expect(await look(answerTo('accept'), {})).toMatchObject({ refusal: 'payment.offer_gone' });
    expect(await look(answerTo('accept'), { own: { pendingIn: [{ ...offered, credexId: 'c-1' }] } })).toEqual({
      known: 'unknown',
    });
  });
});
