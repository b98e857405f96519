import { isDeepStrictEqual } from 'node:util';
import { deriveUuid, newIdentityId, type IntentId } from '../../src/base/id.ts';
import type { Denomination, Money } from '../../src/base/money.ts';
import { decide } from '../../src/conversation/decide.ts';
import type { Inbound } from '../../src/conversation/understanding/inbound.ts';
import type { Session, SessionState } from '../../src/conversation/sessions/session.ts';
import type { Ask, AskOutcome, Carry, Decide, Effect, Person, TurnInput } from '../../src/conversation/decision.ts';
import type { PaymentStanding } from '../../src/payment/payment.ts';
import type { Account, Dashboard, Payee } from '../../src/credex/credex.ts';
import type { Outgoing } from '../../src/delivery/outgoing.ts';

export const PHONE_NUMBER_ID = '100000000000001';
export const NOW_MS = 1_795_400_000_000;

export const person = (changes: Partial<Person> = {}): Person => ({
  identityId: newIdentityId(),
  standing: 'open',
  language: 'en',
  hasNumber: true,
  wasAskedForNumber: false,
  mayMoveMoney: true,
  ...changes,
});

export const money = (amountMinor: bigint, denomination: Denomination = 'USD'): Money => ({
  amountMinor,
  denomination,
});

export const account = (changes: Partial<Account> = {}): Account => ({
  accountId: 'a-1',
  accountName: 'Tariro Moyo Personal',
  accountHandle: '263770000001',
  accountType: 'PERSONAL',
  defaultDenomination: 'USD',
  isOwned: true,
  securedNet: [money(1250n)],
  unsecured: { payables: money(0n), receivables: money(0n), net: money(0n) },
  netAssets: money(1250n),
  pendingIn: [],
  pendingOut: [],
  ...changes,
});

type DashboardChanges = { readonly member?: Partial<Dashboard['member']>; readonly accounts?: readonly Account[] };

export const dashboard = ({ member = {}, accounts = [account()] }: DashboardChanges = {}): Dashboard => ({
  member: {
    memberId: 'm-1',
    tier: 1,
    remainingAvailableUsd: money(1000n),
    firstname: 'Tariro',
    lastname: 'Moyo',
    memberHandle: '263770000001',
    defaultDenomination: 'USD',
    ...member,
  },
  accounts,
});

export const text = (words: string): Inbound => ({ kind: 'text', text: words });
export const tap = (id: string): Inbound => ({ kind: 'tap', via: 'button_reply', id });

/** One of each kind of message that is no text and no tap. */
export const OTHER_KINDS: readonly Inbound[] = [
  { kind: 'form', response: {} },
  ...(['image', 'video', 'document', 'audio', 'sticker'] as const).map((media) => ({ kind: 'media', media }) as const),
  { kind: 'location' },
  { kind: 'contacts' },
  { kind: 'order' },
  { kind: 'reaction' },
  ...(['user_changed_number', 'user_changed_user_id', 'customer_identity_changed', 'other'] as const).map(
    (change) => ({ kind: 'system', change }) as const,
  ),
  { kind: 'edit' },
  { kind: 'revoke' },
  { kind: 'unsupported', lost: false },
  { kind: 'unsupported', lost: true },
  { kind: 'unknown' },
];

/** What core says to an ask; the default knows nobody and registers everybody. */
export type Core = (ask: Ask) => AskOutcome;

export const core = (changes: { readonly member?: Dashboard; readonly registers?: Dashboard } = {}): Core => {
  const { member, registers = dashboard() } = changes;
  return (ask) => {
    if (ask.ask === 'register') return { ask: 'register', result: { ok: true, value: registers } };
    if (ask.ask === 'look_up') return { ask: 'look_up', intent: undefined };
    if (ask.ask === 'confirm') return { ask: 'confirm', carried: { outcome: 'unspent', why: 'unknown_intent' } };
    if (!member) return { ask: ask.ask, result: { ok: false, refusal: 'credex.member_unknown' } };
    switch (ask.ask) {
      case 'prepare_offer':
        return { ask: 'prepare_offer', result: { ok: true, value: { dashboard: member, payee: payee(ask.handle) } } };
      case 'read_ledger': {
        const [first = account()] = member.accounts;
        return {
          ask: 'read_ledger',
          result: { ok: true, value: { dashboard: member, account: first, page: { entries: [], hasMore: false } } },
        };
      }
      case 'log_in':
      case 'read_dashboard':
        return { ask: ask.ask, result: { ok: true, value: member } };
    }
  };
};

/** Everybody has an account here but `nobody`. */
const payee = (handle: string): Payee | undefined =>
  handle === 'nobody'
    ? undefined
    : { accountId: `a-${handle}`, accountName: `Account of ${handle}`, accountHandle: handle };

export const coreAway: Core = (ask) => {
  if (ask.ask === 'look_up') return { ask: 'look_up', intent: undefined };
  if (ask.ask === 'confirm') return { ask: 'confirm', carried: { outcome: 'unspent', why: 'core_away' } };
  return { ask: ask.ask, result: 'core_away' };
};

/** Nothing is stopped and nothing is open. */
export const QUIET: PaymentStanding = { moneyStopped: false, open: [] };

export type Heard = {
  readonly replies: readonly Outgoing[];
  readonly receipts: number;
  readonly asks: readonly Ask[];
  readonly notes: readonly { readonly event: string; readonly reason?: string }[];
  readonly remembered: readonly Effect[];
  readonly rounds: number;
};

export type Conversation = {
  readonly hear: (
    message: Inbound,
    how?: { readonly isStale?: boolean; readonly overLimit?: 'first' | 'later' },
  ) => Heard;
  readonly session: () => Session | undefined;
  readonly setSession: (state: SessionState) => void;
  readonly setCore: (answer: Core) => void;
  /** The id of the button or row of the last reply that has this action. */
  readonly idOf: (action: string) => string;
};

const ROUNDS_MAX = 4;

/** Deciding is pure: asked twice, the answer is the same, and nothing that was handed in has changed. */
const decideTwice: Decide = (state, input, context) => {
  const before = structuredClone({ state, input, context });
  const decision = decide(state, input, context);
  if (!isDeepStrictEqual(decision, decide(state, input, context)))
    throw new Error('the same turn was decided in two ways');
  if (!isDeepStrictEqual(before, { state, input, context })) throw new Error('deciding changed what it was given');
  return decision;
};

/** Plays turns as the turn's runner does: outcomes come back as inputs, the session is carried from turn to turn. */
export const createConversation = (
  who: Person = person(),
  answer: Core = core(),
  payments: PaymentStanding = QUIET,
): Conversation => {
  let state: SessionState = { state: 'none' };
  let ask = answer;
  let turns = 0;
  let last: Outgoing | undefined;

  const play = (first: TurnInput): Heard => {
    turns += 1;
    const context = {
      nowMs: NOW_MS + turns * 1_000,
      nonce: `nonce-${turns}`,
      phoneNumberId: PHONE_NUMBER_ID,
      intentId: deriveUuid('intent', String(turns)) as IntentId,
    };
    const effects: Effect[] = [];
    let input: TurnInput | undefined = first;
    let carry: Carry | undefined;
    let rounds = 0;
    while (input) {
      rounds += 1;
      if (rounds > ROUNDS_MAX) throw new Error('a turn has at most four rounds');
      const decision = decideTwice(
        { person: who, session: state, payments, ...(carry ? { carry } : {}) },
        input,
        context,
      );
      state = decision.session ? { state: 'live', session: decision.session } : { state: 'none' };
      carry = decision.carry;
      effects.push(...decision.effects);
      const asked = decision.effects.find((effect) => effect.effect === 'ask');
      input = asked ? { type: 'outcome', outcome: ask(asked.ask) } : undefined;
    }
    const replies = effects.filter((effect) => effect.effect === 'reply');
    last = replies.at(-1)?.message ?? last;
    return {
      replies: replies.map(({ message }) => message),
      receipts: replies.filter(({ kind }) => kind === 'receipt').length,
      asks: effects.filter((effect) => effect.effect === 'ask').map((effect) => effect.ask),
      notes: effects
        .filter((effect) => effect.effect === 'note')
        .map(({ event, fields }) => ({ event, ...(fields?.reason === undefined ? {} : { reason: fields.reason }) })),
      remembered: effects.filter((effect) => effect.effect === 'remember'),
      rounds,
    };
  };

  return {
    hear: (message, { isStale = false, overLimit } = {}) =>
      play(
        overLimit
          ? { type: 'over_limit', isFirst: overLimit === 'first', message }
          : { type: 'message', message, isStale },
      ),
    session: () => (state.state === 'live' ? state.session : undefined),
    setSession: (next) => {
      state = next;
    },
    setCore: (next) => {
      ask = next;
    },
    idOf: (action) => {
      const id = idsOf(last).find((each) => each.endsWith(`:${action}`));
      if (id === undefined) throw new Error(`the last reply offers no ${action}`);
      return id;
    },
  };
};

export const idsOf = (message: Outgoing | undefined): readonly string[] => {
  if (message?.kind === 'buttons') return message.buttons.map(({ id }) => id);
  return message?.kind === 'list' ? message.sections.flatMap(({ rows }) => rows.map(({ id }) => id)) : [];
};

/** The one reply of a turn; more or none is a failure of its own. */
export const onlyReply = ({ replies }: Heard): Outgoing => {
  const [reply, ...more] = replies;
  if (!reply || more.length > 0) throw new Error(`a turn has one reply, this one has ${replies.length}`);
  return reply;
};

/** The limits of Meta that this message breaks (Cloud API reference, "Messages"). */
export const findBrokenLimits = (message: Outgoing): readonly string[] => {
  const broken: string[] = [];
  const measure = (what: string, value: string, max: number): void => {
    if (value.length === 0 || value.length > max) broken.push(`${what} has ${value.length} of ${max}`);
    if (!value.isWellFormed()) broken.push(`${what} holds half a character`);
    if (value !== value.trim()) broken.push(`${what} begins or ends with a space`);
  };
  measure('body', message.body, message.kind === 'text' ? 4_096 : 1_024);
  if (message.kind === 'buttons') {
    if (message.buttons.length < 1 || message.buttons.length > 3) broken.push('one to three buttons');
    if (new Set(message.buttons.map(({ title }) => title)).size < message.buttons.length)
      broken.push('two buttons alike');
    for (const { id, title } of message.buttons) {
      measure('button id', id, 256);
      measure('button title', title, 20);
    }
  }
  if (message.kind === 'list') {
    measure('list button', message.button, 20);
    const rows = message.sections.flatMap((section) => section.rows);
    if (rows.length < 1 || rows.length > 10) broken.push('one to ten rows');
    for (const { title } of message.sections) measure('section title', title, 24);
    for (const { id, title, description } of rows) {
      measure('row id', id, 200);
      measure('row title', title, 24);
      measure('row description', description ?? '-', 72);
    }
  }
  return broken;
};

/** A member whom core knows. */
export const member = core({ member: dashboard() });
export const bodyOf = (conversation: Conversation, words: string): string =>
  onlyReply(conversation.hear(text(words))).body;

/** A stranger who tapped "Become a member". */
export const startRegistration = (answer?: Core): Conversation => {
  const conversation = createConversation(person(), answer);
  conversation.hear(text('hi'));
  conversation.hear(tap(conversation.idOf('join')));
  return conversation;
};
export const reachConfirmation = (answer?: Core): Conversation => {
  const conversation = startRegistration(answer);
  conversation.hear(text('Tariro'));
  conversation.hear(text('Moyo'));
  return conversation;
};
