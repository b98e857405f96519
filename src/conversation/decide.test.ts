import { describe, expect, test } from 'vitest';
import {
  account,
  bodyOf,
  core,
  coreAway,
  createConversation,
  dashboard,
  member,
  money,
  onlyReply,
  person,
  reachConfirmation,
  startRegistration,
  tap,
  text,
  type Core,
} from '../../test/support/conversation.ts';
import type { AskOutcome } from './decision.ts';
import { en } from './wording/en.ts';

const answering =
  (outcome: Extract<AskOutcome, { ask: 'register' }>['result'], otherwise: Core = core()): Core =>
  (ask) =>
    ask.ask === 'register' ? { ask: 'register', result: outcome } : otherwise(ask);

describe('F1 F4: a greeting', () => {
  test('logs a member in and shows the dashboard with a menu, in one reply', () => {
    const conversation = createConversation(person(), member);
    const heard = conversation.hear(text('Makadii'));
    expect(heard.asks).toEqual([{ ask: 'log_in' }]);
    const reply = onlyReply(heard);
    expect(reply.kind).toBe('list');
    for (const words of [
      'Hello Tariro',
      'Tariro Moyo Personal',
      '263770000001',
      '12.50 USD',
      'today: 10.00 USD',
      'No offers waiting',
    ])
      expect(reply.body).toContain(words);
    expect(conversation.session()).toMatchObject({ memberId: 'm-1', screen: { name: 'menu' } });
  });

  test('opens a new session each time, with a nonce of its own (F12)', () => {
    const conversation = createConversation(person(), member);
    conversation.hear(text('hi'));
    const first = conversation.session();
    conversation.hear(text('hi'));
    expect(conversation.session()?.nonce).not.toBe(first?.nonce);
    expect(conversation.session()?.openedAtMs).toBeGreaterThan(first?.openedAtMs ?? 0);
  });

  test('shows what is owed instead of a daily limit above tier 2, and counts what waits', () => {
    const offer = { credexId: 'c', amount: money(5n), counterpartyAccountName: 'x', secured: true };
    const owing = account({
      unsecured: { payables: money(300n), receivables: money(1000n), net: money(700n) },
      pendingIn: [offer, offer],
      pendingOut: [offer],
    });
    const board = dashboard({ member: { tier: 3, remainingAvailableUsd: null }, accounts: [owing] });
    const body = bodyOf(createConversation(person(), core({ member: board })), 'hi');
    for (const words of [
      'You owe: 3.00 USD',
      'Owed to you: 10.00 USD',
      '7.00 USD',
      '2 offers wait',
      '1 offer of yours',
    ])
      expect(body).toContain(words);
    expect(body).not.toContain('today');
  });

  test('shows the personal account first and names the others briefly', () => {
    const others = Array.from({ length: 12 }, (_, index) =>
      account({ accountName: `Shop ${index}`, accountType: 'OPERATIONS', netAssets: money(100n) }),
    );
    const board = dashboard({ accounts: [...others, account({ accountName: 'Mine' })] });
    const body = bodyOf(createConversation(person(), core({ member: board })), 'hi');
    expect(body.indexOf('Mine')).toBeLessThan(body.indexOf('Shop 0'));
    expect(body).toContain('and 9 more');
    expect(body).not.toContain('Shop 3');
  });

  test('S102: names of others cannot write into the message', () => {
    const board = dashboard({ accounts: [account({ accountName: '*Balance*\n999.00 USD https://evil.example' })] });
    const body = bodyOf(createConversation(person(), core({ member: board })), 'hi');
    expect(body).not.toMatch(/^999/m);
    expect(body).not.toContain('*Balance*\n999');
    expect(body).not.toContain('evil.example');
  });

  test('welcomes somebody new with a button to join', () => {
    const conversation = createConversation();
    expect(onlyReply(conversation.hear(text('hi')))).toMatchObject({ kind: 'buttons' });
    expect(conversation.idOf('join')).toBeTruthy();
    expect(conversation.session()?.memberId).toBeUndefined();
  });

  test('of one whom core refuses is answered, without a session', () => {
    const conversation = createConversation(person(), (ask) => ({
      ask: ask.ask as 'log_in',
      result: { ok: false, refusal: 'credex.log_in_refused' },
    }));
    expect(bodyOf(conversation, 'hi')).toContain(en.core.refused);
    expect(conversation.session()).toBeUndefined();
  });
});

describe('F2: registration', () => {
  test('asks first name, last name, confirmation, then joins and shows the first dashboard as a receipt', () => {
    const conversation = createConversation();
    conversation.hear(text('hi'));
    expect(onlyReply(conversation.hear(tap(conversation.idOf('join')))).body).toContain('first name');
    expect(bodyOf(conversation, 'Tariro')).toContain('Thank you, Tariro');
    expect(bodyOf(conversation, 'O\u2019Neil-Moyo')).toContain("Last name: O'Neil-Moyo");
    const heard = conversation.hear(tap(conversation.idOf('yes')));
    expect(heard.asks).toEqual([
      { ask: 'register', registration: { firstname: 'Tariro', lastname: "O'Neil-Moyo", defaultDenomination: 'USD' } },
    ]);
    expect(onlyReply(heard).body).toContain('Welcome, Tariro');
    expect(heard.receipts).toBe(1);
    expect(conversation.session()).toMatchObject({ memberId: 'm-1', screen: { name: 'menu' } });
    // S35: nothing of the flow is left.
    expect(JSON.stringify(conversation.session())).not.toContain('Moyo');
  });

  test.each(['1', 'join', 'Become a member'])('begins by %j too', (words) => {
    const conversation = createConversation();
    conversation.hear(text('hi'));
    expect(bodyOf(conversation, words)).toContain('first name');
  });

  test('tells what is wrong with a name and keeps what was entered before', () => {
    const conversation = startRegistration();
    conversation.hear(text('Jo'));
    expect(bodyOf(conversation, '123')).toContain(en.register.refusedNames.has_digits);
    expect(bodyOf(conversation, 'a@b')).toContain(en.register.refusedNames.has_symbols);
    expect(bodyOf(conversation, '-')).toContain(en.register.refusedNames.empty);
    expect(bodyOf(conversation, 'a'.repeat(51))).toContain(en.register.refusedNames.too_long);
    expect(conversation.session()?.screen).toEqual({ name: 'register.last_name', firstname: 'Jo' });
  });

  test('takes Tatenda Morning for a name, and CANCEL for a command', () => {
    const conversation = startRegistration();
    conversation.hear(text('Tatenda'));
    conversation.hear(text('Morning'));
    expect(conversation.session()?.screen).toEqual({
      name: 'register.confirm',
      firstname: 'Tatenda',
      lastname: 'Morning',
    });
    expect(bodyOf(conversation, 'cancel')).toContain(en.begin.cancelled);
    expect(conversation.session()?.screen).toEqual({ name: 'welcome' });
  });

  test('D5: Cancel and Change never register', () => {
    for (const [action, screen] of [
      ['cancel', 'welcome'],
      ['change', 'register.first_name'],
    ] as const) {
      const conversation = reachConfirmation();
      expect(conversation.hear(tap(conversation.idOf(action))).asks).toEqual([]);
      expect(conversation.session()?.screen.name).toBe(screen);
    }
  });

  test('a word at the confirmation that is none of its buttons keeps the names and asks again', () => {
    const conversation = reachConfirmation();
    for (const words of ['hmm', 'no', 'Tariro', '4']) expect(conversation.hear(text(words)).asks).toEqual([]);
    expect(conversation.session()?.screen).toEqual({ name: 'register.confirm', firstname: 'Tariro', lastname: 'Moyo' });
    expect(conversation.hear(text('1')).asks).toHaveLength(1);
  });

  test('a button of the confirmation before a change is dead', () => {
    const conversation = reachConfirmation();
    const yes = conversation.idOf('yes');
    conversation.hear(tap(conversation.idOf('change')));
    conversation.hear(text('Farai'));
    conversation.hear(text('Ncube'));
    expect(conversation.hear(tap(yes)).asks).toEqual([]);
  });

  test('core away: nothing was done, the names survive and the same button works a minute later', () => {
    const conversation = reachConfirmation(answering('core_away'));
    const yes = conversation.idOf('yes');
    expect(onlyReply(conversation.hear(tap(yes))).body).toContain('kept your names');
    conversation.setCore(core());
    expect(conversation.hear(tap(yes)).asks).toHaveLength(1);
    expect(conversation.session()?.screen).toEqual({ name: 'menu' });
  });

  test('names survive a greeting that core cannot answer', () => {
    const conversation = reachConfirmation();
    conversation.setCore(coreAway);
    expect(onlyReply(conversation.hear(text('hi'))).body).toContain('Nothing was done');
    expect(conversation.session()?.screen).toMatchObject({ firstname: 'Tariro', lastname: 'Moyo' });
  });

  test('I7: what cannot be known is said to be unknown, and "hi" shows it', () => {
    const conversation = reachConfirmation(answering('outcome_unknown'));
    const heard = conversation.hear(tap(conversation.idOf('yes')));
    expect(onlyReply(heard).body).toContain('I do not know yet');
    expect(heard.receipts).toBe(1);
    expect(conversation.session()).toBeUndefined();
  });

  test('somebody who is a member already is shown their account, within four rounds', () => {
    const conversation = reachConfirmation();
    conversation.setCore(answering({ ok: false, refusal: 'credex.member_exists' }, member));
    const heard = conversation.hear(tap(conversation.idOf('yes')));
    expect(onlyReply(heard).body).toMatch(/already a member[^]*12\.50 USD/);
    expect(heard.rounds).toBe(3);
  });

  test('refused names begin again, a refused registration ends honestly', () => {
    const names = reachConfirmation(answering({ ok: false, refusal: 'credex.name_refused' }));
    expect(onlyReply(names.hear(tap(names.idOf('yes')))).body).toContain(en.register.nameRefused);
    expect(names.session()?.screen).toEqual({ name: 'register.first_name' });
    const refused = reachConfirmation(answering({ ok: false, refusal: 'credex.registration_refused' }));
    expect(onlyReply(refused.hear(tap(refused.idOf('yes')))).body).toContain('Nothing was done');
    expect(refused.session()).toBeUndefined();
  });
});
