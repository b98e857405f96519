import { describe, expect, test } from 'vitest';
import {
  core,
  coreAway,
  createConversation,
  dashboard,
  findBrokenLimits,
  money,
  NOW_MS,
  OTHER_KINDS,
  person,
  PHONE_NUMBER_ID,
  tap,
  text,
  type Core,
  type Heard,
} from '../../test/support/conversation.ts';
import { deriveUuid, type IntentId } from '../base/id.ts';
import type { Draft } from '../payment/payment.ts';
import { SCREENS } from './flows/screens.ts';
import type { Inbound } from './understanding/inbound.ts';
import { encodeSession } from './sessions/session-record.ts';
import type { Screen, Session, SessionState } from './sessions/session.ts';
import type { AskOutcome, Person } from './decision.ts';

/*
 * S34, S65: every state met by every kind of message and every answer of core. Whatever happens there is one reply (none
 * where silence is the rule), within Meta's limits, and a registration only where its confirmation is on the screen.
 */

const NONCE = 'shown-nonce';

const LISTED = { credexId: 'c-1', amount: money(50n), otherName: 'Farai Dube Personal' };
const DRAFT: Draft = {
  wish: { kind: 'offer', accountId: 'a-1', payeeAccountId: 'a-2', amount: money(50n), secured: true },
  facts: { accountName: 'Tariro Moyo Personal', otherName: 'Farai Dube Personal', otherHandle: '263770000002' },
};

const SCREEN_SAMPLES: { readonly [Name in Screen['name']]: Extract<Screen, { name: Name }> } = {
  menu: { name: 'menu' },
  welcome: { name: 'welcome' },
  'register.first_name': { name: 'register.first_name' },
  'register.last_name': { name: 'register.last_name', firstname: 'Tariro' },
  'register.confirm': { name: 'register.confirm', firstname: 'Tariro', lastname: 'Moyo' },
  'offer.amount': { name: 'offer.amount', denomination: 'USD' },
  'offer.handle': { name: 'offer.handle', amount: money(50n) },
  'payment.confirm': { name: 'payment.confirm', intentId: deriveUuid('shown') as IntentId, draft: DRAFT },
  'offers.list': { name: 'offers.list', side: 'in', start: 0, offers: [LISTED], hasMore: true },
  'offers.one': { name: 'offers.one', offer: LISTED },
  ledger: { name: 'ledger', startRow: 8, hasMore: true },
};

const isMemberScreen = ({ name }: Screen): boolean => name !== 'welcome' && !name.startsWith('register.');

const liveOn = (who: Person, screen: Screen): Session => ({
  version: 1,
  identityId: who.identityId,
  phoneNumberId: PHONE_NUMBER_ID,
  ...(isMemberScreen(screen) ? { memberId: 'm-1' } : {}),
  openedAtMs: NOW_MS - 10_000,
  lastMessageAtMs: NOW_MS - 5_000,
  nonce: NONCE,
  screen,
});

const ACTIONS = [
  ...['balances', 'offer', 'offers_in', 'offers_out', 'ledger', 'about', 'help', 'join', 'yes', 'no', 'change', 'pay'],
  ...['cancel', 'offer.0', 'offer.9', 'more', 'menu', 'accept', 'decline', 'back', 'older', 'newer', 'nothing'],
];
const TEXTS = [
  ...[
    'hi',
    'menu',
    'cancel',
    'help',
    'about',
    'stop',
    'start',
    'thanks',
    'number',
    'yes',
    'no',
    '',
    '1',
    '2',
    '3',
    '4',
    '99',
  ],
  ...['5', '0.5 USD', 'USD 5', '0.5=>shop_1', '5 => nobody', '1->shop_1', '=>', 'nan=>shop_1', 'shop_1', 'nobody'],
  ...['send', 'offers', 'my offers', 'history'],
  ...['Tariro', 'Moyo 7', '-', '😀', '\u0000', '__proto__', 'a'.repeat(4_096), '😀'.repeat(2_048), '*_~`', '{"a":1}'],
];
const MESSAGES: readonly Inbound[] = [
  ...TEXTS.map(text),
  ...ACTIONS.flatMap((action) => [tap(`${NONCE}:${action}`), tap(`old:${action}`), tap(action)]),
  ...OTHER_KINDS,
  { kind: 'contacts', ownPhone: '263770000001' as never },
];

const always =
  (result: unknown): Core =>
  (ask) =>
    ask.ask === 'confirm' || ask.ask === 'look_up' ? coreAway(ask) : ({ ask: ask.ask, result } as AskOutcome);

const CORES: Readonly<Record<string, Core>> = {
  'knows nobody': core(),
  'knows the member': core({ member: dashboard() }),
  'has no accounts': core({ member: dashboard({ accounts: [] }), registers: dashboard({ accounts: [] }) }),
  'is away': coreAway,
  'does not know what became of it': (ask) => (ask.ask === 'register' ? always('outcome_unknown')(ask) : coreAway(ask)),
  'refuses to log in': (ask) =>
    always({ ok: false, refusal: ask.ask === 'register' ? 'credex.registration_refused' : 'credex.log_in_refused' })(
      ask,
    ),
  'says that the member exists': (ask) =>
    ask.ask === 'register' ? always({ ok: false, refusal: 'credex.member_exists' })(ask) : core()(ask),
  'refuses names': (ask) =>
    ask.ask === 'register' ? always({ ok: false, refusal: 'credex.name_refused' })(ask) : core()(ask),
};

const PEOPLE: Readonly<Record<string, Partial<Person>>> = {
  'an open person': {},
  'a contested person': { standing: 'contested' },
  'a frozen person': { standing: 'frozen' },
  'a person without a number': { hasNumber: false },
  'a person asked for their number': { hasNumber: false, wasAskedForNumber: true },
  'a person whose message may not move money': { mayMoveMoney: false },
  'a person of an unknown language': { language: 'xx' },
};

const isSilent = ({ kind }: Inbound): boolean => kind === 'reaction' || kind === 'system';

const statesOf = (who: Person): readonly (readonly [string, SessionState])[] => [
  ['without a session', { state: 'none' }],
  ['whose session expired', { state: 'expired' }],
  ...Object.values(SCREEN_SAMPLES).map(
    (screen) => [`at ${screen.name}`, { state: 'live', session: liveOn(who, screen) }] as const,
  ),
];

type Played = {
  readonly heard: Heard;
  readonly session: Session | undefined;
  readonly state: SessionState;
  readonly who: Person;
  readonly message: Inbound;
  readonly isStale: boolean;
};

const checkTurn = ({ heard, session, state, who, message, isStale }: Played): void => {
  const told = JSON.stringify({ message, isStale }).slice(0, 200);
  expect(heard.replies.length, told).toBe(isSilent(message) ? 0 : 1);
  for (const reply of heard.replies) expect(findBrokenLimits(reply), told).toEqual([]);
  if (session) expect(() => encodeSession(session), told).not.toThrow();

  const registers = heard.asks.filter(({ ask }) => ask === 'register');
  const isConfirmed = state.state === 'live' && state.session.screen.name === 'register.confirm' && !isStale;
  if (registers.length > 0) {
    expect(isConfirmed, told).toBe(true);
    const registration = { firstname: 'Tariro', lastname: 'Moyo', defaultDenomination: 'USD' };
    expect(registers, told).toEqual([{ ask: 'register', registration }]);
  }
  const confirms = heard.asks.filter(({ ask }) => ask === 'confirm');
  if (confirms.length > 0) {
    // Only the button of this very screen, never words, never a stale message; and exactly what the screen shows.
    expect(message, told).toEqual(tap(`${NONCE}:pay`));
    expect(isStale || !who.mayMoveMoney, told).toBe(false);
    expect(confirms, told).toEqual([
      { ask: 'confirm', intentId: SCREEN_SAMPLES['payment.confirm'].intentId, draft: DRAFT },
    ]);
    expect(state.state === 'live' && state.session.screen.name, told).toBe('payment.confirm');
  }
  if (who.standing !== 'open' || !who.hasNumber) expect(heard.asks, told).toEqual([]);
};

test('the samples cover every screen', () => {
  expect(Object.keys(SCREEN_SAMPLES).sort()).toEqual(Object.keys(SCREENS).sort());
});

describe.each(Object.entries(PEOPLE))('%s', (_, changes) => {
  const who = person(changes);

  test.each(statesOf(who))('%s gets exactly one good reply to every message', (__, state) => {
    for (const message of MESSAGES)
      for (const isStale of [false, true])
        for (const answer of Object.values(CORES)) {
          const conversation = createConversation(who, answer);
          conversation.setSession(state);
          const heard = conversation.hear(message, { isStale });
          checkTurn({ heard, session: conversation.session(), state, who, message, isStale });
          // Core was not asked, so it does not matter what it would have said.
          if (heard.asks.length === 0) break;
        }
  });

  test.each(statesOf(who))(
    '%s over a limit hears one notice, then nothing but what is always answered',
    (__, state) => {
      for (const message of MESSAGES)
        for (const overLimit of ['first', 'later'] as const) {
          const conversation = createConversation(who, core({ member: dashboard() }));
          conversation.setSession(state);
          const { replies, asks } = conversation.hear(message, { overLimit });
          expect(asks).toEqual([]);
          expect(replies.length).toBeLessThanOrEqual(isSilent(message) ? 0 : 1);
          if (overLimit === 'first' && !isSilent(message)) expect(replies).toHaveLength(1);
        }
    },
  );
});
