import type { Clock } from '../base/clock.ts';
import { assert } from '../base/assert.ts';
import type { Database } from '../base/database.ts';
import type { AtKillPoint } from '../base/kill-point.ts';
import type { Credex, MemberRef } from '../credex/credex.ts';
import type { Claim } from '../queue/queue.ts';
import { addInputs } from '../queue/add-input-store.ts';
import { holdLanes } from '../queue/store.ts';
import type { KeyStore } from '../security/store.ts';
import { keepAuditEntries } from '../watch/store.ts';
import type { NoteEvent } from '../watch/watch.ts';
import { askForIt, lookQuietly, readBack, type Known } from './carry-out.ts';
import { GIVE_UP_AFTER_MS } from './limits.ts';
import type { Carried, CarriedOut, Draft, Intent, PaymentWork, Payments, Reconcile, Unspent } from './payment.ts';
import { credexesOf } from './read-back.ts';
import { openIntent } from './seal-facts.ts';
import {
  createStandingReader,
  isMoneyStopped,
  keepBaseline,
  readIntent,
  readSettledBy,
  spendIntent,
  type IntentRow,
} from './store.ts';
import { dueOf, makeTimer } from './timers.ts';
import { commitToWish } from './work-store.ts';

export type PaymentsDeps = {
  readonly database: Database;
  readonly clock: Clock;
  readonly keys: KeyStore;
  readonly credex: Credex;
  /** Whether core answers a repeat with the same key as it answered the first. */
  readonly idempotency: 'key' | 'none';
  readonly noteEvent: NoteEvent;
  readonly at?: AtKillPoint;
};

type Shown = { readonly intentId: Intent['intentId']; readonly draft: Draft };
type Attempt = { readonly claim: Claim; readonly member: MemberRef; readonly intent: Intent };
type LateAttempt = Omit<Attempt, 'member'> & { readonly member: MemberRef | undefined };

const LAPSED: CarriedOut = { carried: { outcome: 'lapsed' }, work: [], ended: [], timers: [] };

const unspent = (why: Unspent, intent?: Intent): CarriedOut => ({
  carried: { outcome: 'unspent', why, ...(intent && { intent }) },
  work: [],
  ended: [],
  timers: [],
});

export const createPayments = (deps: PaymentsDeps): Payments => {
  const { database, clock, keys, credex } = deps;
  const standing = createStandingReader(database, () => clock.offsetMs());

  const confirm = async (claim: Claim, member: MemberRef, shown: Shown): Promise<CarriedOut> => {
    if (credex.isDown()) return unspent('core_away');
    const spent = await spend(deps, claim, shown);
    if (spent === 'lapsed') return LAPSED;
    if (!spent) return explainUnspent(deps, claim, shown);
    const intent = await openIntent(keys, spent);
    return finishTurn(deps, { claim, member, intent }, await firstAttempt(deps, { claim, member, intent }));
  };

  return Object.freeze({
    readStanding: async (identityId) => {
      const { moneyStopped, open } = await standing.add(identityId);
      return { moneyStopped, open: await Promise.all(open.map((row) => openIntent(keys, row))) };
    },
    confirm,
    resume: (claim, member, intent) => resume(deps, { claim, member, intent }),
    reconcile: async (claim, member, timer) => {
      const row = await readIntent(
        database,
        { identityId: claim.identityId, intentId: timer.intentId },
        clock.offsetMs(),
      );
      if (!row || (row.state !== 'spent' && row.state !== 'unknown')) return undefined;
      return reconcile(deps, { claim, member, intent: await openIntent(keys, row) }, timer);
    },
    lookUp: async (identityId, screenNonce) => {
      const row = await readIntent(database, { identityId, screenNonce }, clock.offsetMs());
      return row && openIntent(keys, row);
    },
  } satisfies Payments);
};

/** Spends the intent and sets its timer, in one transaction that the lane's claim fences. */
const spend = async (
  { database, clock, keys }: PaymentsDeps,
  claim: Claim,
  { intentId, draft }: Shown,
): Promise<IntentRow | undefined | 'lapsed'> => {
  const nowMs = clock.now();
  const timer = await makeTimer(keys, toOwner(claim), { intentId, attempt: 0, sinceMs: nowMs });
  const { identityId } = claim;
  return database.transact(async (tx) => {
    const held = await holdLanes(tx, [claim], clock.offsetMs());
    if (!held.has(claim)) return 'lapsed';
    const spent = await spendIntent(
      tx,
      { identityId, intentId, draft, spentBy: claim.input.dedupe, nowMs },
      clock.offsetMs(),
    );
    if (!spent) return undefined;
    const details = commitToWish(spent.wish);
    await keepAuditEntries(tx, 'bot', [
      { event: 'payment.intent_spent', atMs: nowMs, subject: intentId, actor: identityId, ...details },
    ]);
    await addInputs(tx, [timer], clock.offsetMs());
    return spent;
  });
};

/** Why nothing was spent. */
const explainUnspent = async (
  deps: PaymentsDeps,
  { identityId }: Claim,
  { intentId, draft }: Shown,
): Promise<CarriedOut> => {
  const { database, clock, keys, noteEvent } = deps;
  const row = await readIntent(database, { identityId, intentId }, clock.offsetMs());
  if (!row) return unspent('unknown_intent');
  const why = await reasonOf(deps, row, draft);
  noteEvent('payment.intent_unspent', { identityId, reason: why });
  return unspent(why, await openIntent(keys, row));
};

const reasonOf = async ({ database, noteEvent }: PaymentsDeps, row: IntentRow, { wish }: Draft): Promise<Unspent> => {
  if (row.state === 'void') return 'void';
  if (row.state !== 'shown' && row.state !== 'stepped_up') return 'spent_before';
  if (row.isExpired) return 'expired';
  if (await isMoneyStopped(database)) return 'money_stopped';
  if (commitsTo(row.wish) === commitsTo(wish)) return 'still_checking';
  noteEvent('payment.intent_mismatched', { identityId: row.identityId });
  return 'unknown_intent';
};

const commitsTo = (wish: Draft['wish']): string =>
  JSON.stringify(Object.entries({ ...wish, amount: `${wish.amount.amountMinor} ${wish.amount.denomination}` }).sort());

/** The attempt that spent the intent: the only one that may ever call a core without idempotency. */
const firstAttempt = async (deps: PaymentsDeps, attempt: Attempt): Promise<Known | 'lapsed'> => {
  const { database, credex, idempotency, at } = deps;
  const { member, intent } = attempt;
  if (idempotency === 'none') {
    const look = await lookQuietly(credex, member, intent.wish.accountId);
    // Without a baseline nothing is sent: nobody could tell afterwards what it became.
    if (!look) return { known: 'not_sent' };
    if (!(await holdBaseline(deps, attempt, credexesOf(look)))) return 'lapsed';
  }
  // An operator who has stopped money meanwhile has stopped this too: nothing was sent yet.
  if (await isMoneyStopped(database)) return { known: 'not_sent' };
  await at?.('P6');
  return askForIt(credex, member, { intent, isFirst: true });
};

const holdBaseline = (
  { database, clock }: PaymentsDeps,
  { claim, intent }: Attempt,
  baseline: readonly string[],
): Promise<boolean> =>
  database.transact(async (tx) => {
    const held = await holdLanes(tx, [claim], clock.offsetMs());
    return held.has(claim) && keepBaseline(tx, intent.intentId, baseline);
  });

/** The input that spent the intent, once more: with keys it is repeated, without only looked for. */
const resume = async (deps: PaymentsDeps, attempt: Attempt): Promise<CarriedOut> =>
  finishTurn(deps, attempt, await successor(deps, attempt));

/** Everybody after the first attempt. */
const successor = async (deps: PaymentsDeps, { member, intent }: Omit<LateAttempt, 'claim'>): Promise<Known> => {
  const { database, credex, idempotency, at } = deps;
  // Whom core may not be asked for just now is asked for later.
  if (!member) return { known: 'unknown' };
  if (idempotency === 'key') {
    // Nothing is sent that late; and what an operator has stopped is not sent by a repeat either.
    if (isOver(deps, intent) || (await isMoneyStopped(database))) return { known: 'unknown' };
    await at?.('P6');
    return askForIt(credex, member, { intent, isFirst: false });
  }
  // Never sent; ending it makes a late first attempt's own compare-and-set fail.
  if (intent.baseline === undefined) return { known: 'not_sent' };
  return readBack(credex, member, { intent, settledBy: (ids) => readSettledBy(database, ids) });
};

const isOver = ({ clock, idempotency }: PaymentsDeps, { spentAtMs = 0 }: Intent): boolean =>
  clock.now() - spentAtMs >= GIVE_UP_AFTER_MS[idempotency];

/** The end of a turn that a message began: its timer stays while the outcome is unknown, and goes when it is known. */
const finishTurn = ({ clock, noteEvent }: PaymentsDeps, { intent }: Attempt, known: Known | 'lapsed'): CarriedOut => {
  if (known === 'lapsed') return LAPSED;
  assert(intent.spentAtMs !== undefined, 'what was carried out was spent');
  const carried = toCarried(intent, known);
  noteEvent(`payment.intent_${carried.outcome}`, { identityId: intent.identityId });
  const ended = carried.outcome === 'unknown' ? [] : [dueOf(intent.intentId, 0, intent.spentAtMs)];
  return { carried, work: [toWork(carried, clock.now())], ended, timers: [] };
};

const reconcile = async (
  deps: PaymentsDeps,
  attempt: LateAttempt,
  { attempt: count }: Reconcile,
): Promise<CarriedOut> => {
  const { clock, keys, noteEvent } = deps;
  const { claim, intent } = attempt;
  const known = await successor(deps, attempt);
  const nowMs = clock.now();
  const carried: Settled =
    known.known === 'unknown' && isOver(deps, intent) ? { outcome: 'unresolved', intent } : toCarried(intent, known);
  noteEvent(`payment.intent_${carried.outcome}`, { identityId: intent.identityId, count });
  const next = { intentId: intent.intentId, attempt: count + 1, sinceMs: nowMs };
  const timers = carried.outcome === 'unknown' ? [await makeTimer(keys, toOwner(claim), next)] : [];
  return { carried, work: [toWork(carried, nowMs)], ended: [], timers };
};

const toOwner = ({ identityId, input: { route } }: Claim) => ({ identityId, route });

type Settled = Exclude<Carried, { outcome: 'lapsed' | 'unspent' }>;

const toCarried = (intent: Intent, known: Known): Settled => {
  switch (known.known) {
    case 'settled':
      return {
        outcome: 'settled',
        intent,
        credexId: known.credexId,
        ...(known.dashboard && { dashboard: known.dashboard }),
      };
    case 'refused':
      return {
        outcome: 'refused',
        intent,
        refusal: known.refusal,
        ...(known.dashboard && { dashboard: known.dashboard }),
      };
    case 'not_sent':
    case 'unknown':
      return { outcome: known.known, intent };
  }
};

const toWork = (carried: Settled, atMs: number): PaymentWork => ({
  work: 'end',
  intent: carried.intent,
  state: carried.outcome,
  atMs,
  ...(carried.outcome === 'settled' && { credexId: carried.credexId }),
  ...(carried.outcome === 'refused' && { refusal: carried.refusal }),
});
