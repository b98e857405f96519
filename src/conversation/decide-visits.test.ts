import { describe, expect, test } from 'vitest';
import {
  account,
  bodyOf,
  core,
  coreAway,
  createConversation,
  dashboard,
  findBrokenLimits,
  idsOf,
  member,
  money,
  NOW_MS,
  onlyReply,
  person,
  PHONE_NUMBER_ID,
  QUIET,
  reachConfirmation,
  startRegistration,
  tap,
  text,
  type Conversation,
  type Core,
} from '../../test/support/conversation.ts';
import { decide } from './decide.ts';
import { MENU_ROWS } from './flows/menu.ts';
import { en } from './wording/en.ts';

describe('F23: after a visit has ended', () => {
  const afterExpiry = (answer: Core = member): Conversation => {
    const conversation = createConversation(person(), answer);
    conversation.setSession({ state: 'expired' });
    return conversation;
  };

  test.each([
    ['a text', text('Moyo')],
    ['a button', tap('nonce-1:yes')],
    ['a picture', { kind: 'media', media: 'image' } as const],
  ])('%s is explained and not acted on, above the dashboard, in one reply', (_, message) => {
    const heard = afterExpiry().hear(message);
    expect(heard.asks).toEqual([{ ask: 'log_in' }]);
    const { body } = onlyReply(heard);
    expect(body).toContain('five quiet minutes');
    expect(body).toContain('12.50 USD');
  });

  test('a greeting needs no explanation', () => {
    expect(bodyOf(afterExpiry(), 'hi')).not.toContain('five quiet minutes');
  });

  test('somebody new hears it above the welcome, and core away is said', () => {
    expect(bodyOf(afterExpiry(core()), 'Moyo')).toMatch(/five quiet minutes[^]*Joining is free/);
    expect(bodyOf(afterExpiry(coreAway), 'Moyo')).toContain('Nothing was done');
  });
});

describe('who speaks', () => {
  test.each(['contested', 'frozen'] as const)(
    'F18: a %s person is answered honestly and never logged in',
    (standing) => {
      const conversation = createConversation(person({ standing }), member);
      for (const message of [text('hi'), text('menu'), text('1'), tap('nonce-1:join'), { kind: 'location' } as const]) {
        const heard = conversation.hear(message);
        expect(heard.asks).toEqual([]);
        expect(onlyReply(heard).body).toBe(en.standing[standing]);
      }
      expect(bodyOf(conversation, 'help')).toContain('*cancel*');
    },
  );

  test('a standing that changed while core was asked lets nobody in', () => {
    const outcome = member({ ask: 'log_in' });
    const context = { nowMs: NOW_MS, nonce: 'n', intentId: 'i' as never, phoneNumberId: PHONE_NUMBER_ID };
    const state = { person: person({ standing: 'frozen' }), session: { state: 'none' }, payments: QUIET } as const;
    const { session, effects } = decide(state, { type: 'outcome', outcome }, context);
    expect(session).toBeUndefined();
    expect(effects).toMatchObject([{ effect: 'reply', message: { body: en.standing.frozen } }]);
  });

  test('somebody without a number is asked once by the button, then in words, and again on "number"', () => {
    const asked = createConversation(person({ hasNumber: false }), member).hear(text('hi'));
    expect(onlyReply(asked).kind).toBe('number_request');
    expect(asked.remembered).toEqual([{ effect: 'remember', numberAsked: true }]);
    const again = createConversation(person({ hasNumber: false, wasAskedForNumber: true }), member);
    expect(onlyReply(again.hear(text('hi'))).kind).toBe('text');
    expect(onlyReply(again.hear(text('Number'))).kind).toBe('number_request');
    expect(bodyOf(again, 'about')).toContain('credex');
    expect(onlyReply(again.hear({ kind: 'contacts' })).body).toBe(en.number.othersCard);
    expect(again.hear(text('hi')).asks).toEqual([]);
  });

  test('the number shared on our request opens the account', () => {
    const conversation = createConversation(person(), member);
    const heard = conversation.hear({ kind: 'contacts', ownPhone: '263770000001' as never });
    expect(onlyReply(heard).body).toContain('12.50 USD');
  });

  test.each(['user_changed_number', 'user_changed_user_id', 'customer_identity_changed'] as const)(
    'S12 F17: %s ends the session in silence and leaves an event',
    (change) => {
      const conversation = createConversation(person(), member);
      conversation.hear(text('hi'));
      const heard = conversation.hear({ kind: 'system', change });
      expect(heard).toMatchObject({
        replies: [],
        asks: [],
        notes: [{ event: 'identity.change_announced', reason: change }],
      });
      expect(conversation.session()).toBeUndefined();
    },
  );
});

describe('late, too many, afterthoughts', () => {
  test('E11: a stale message does nothing but say so; greeting and help are answered', () => {
    const conversation = reachConfirmation();
    const before = conversation.session();
    for (const message of [tap(conversation.idOf('yes')), text('1'), text('Moyo'), { kind: 'location' } as const]) {
      const heard = conversation.hear(message, { isStale: true });
      expect(heard.asks).toEqual([]);
      expect(onlyReply(heard).body).toBe(en.late);
      expect(conversation.session()).toBe(before);
    }
    expect(onlyReply(conversation.hear(text('help'), { isStale: true })).body).toContain('*cancel*');
    expect(conversation.hear(text('hi'), { isStale: true }).asks).toEqual([{ ask: 'log_in' }]);
  });

  test('a stale "Morning" where a name is asked for is no name', () => {
    const conversation = startRegistration();
    conversation.hear(text('Morning'), { isStale: true });
    expect(conversation.session()?.screen).toEqual({ name: 'register.first_name' });
  });

  test('S19 H14: over a limit there is one notice, then silence; HELP and STOP still work; the session is untouched', () => {
    const conversation = createConversation(person(), member);
    conversation.hear(text('hi'));
    const before = conversation.session();
    const first = conversation.hear(text('1'), { overLimit: 'first' });
    expect(onlyReply(first).body).toBe(en.overLimit);
    expect(first.notes).toEqual([{ event: 'conversation.limit_reached' }]);
    expect(conversation.hear(text('1'), { overLimit: 'later' })).toMatchObject({ replies: [], asks: [], notes: [] });
    expect(conversation.session()).toBe(before);
    expect(onlyReply(conversation.hear(text('help'), { overLimit: 'later' })).body).toContain('*cancel*');
    expect(onlyReply(conversation.hear(text('stop'), { overLimit: 'later' })).body).toContain('no advertising');
  });

  test('D25: an edit or deletion runs nothing again and says so', () => {
    const conversation = reachConfirmation();
    for (const kind of ['edit', 'revoke'] as const) {
      const heard = conversation.hear({ kind });
      expect(heard.asks).toEqual([]);
      expect(onlyReply(heard).body).toContain(en.unread[kind]);
      expect(heard.notes).toEqual([{ event: 'conversation.message_unread', reason: kind }]);
    }
    expect(conversation.session()?.screen.name).toBe('register.confirm');
  });

  test('a message that WhatsApp lost is asked for again', () => {
    expect(onlyReply(createConversation().hear({ kind: 'unsupported', lost: true })).body).toContain('send it again');
  });

  test('hostile names never break the limits of a message', () => {
    const evil = '👨‍👩‍👧*_~`'.repeat(10_000);
    const accounts = Array.from({ length: 30 }, () =>
      account({
        accountName: evil,
        accountHandle: evil,
        securedNet: (['USD', 'ZWG', 'CXX', 'CAD', 'XAU'] as const).map((denomination) =>
          money(-(10n ** 15n), denomination),
        ),
        netAssets: money(-(10n ** 15n)),
        unsecured: { payables: money(10n ** 15n), receivables: money(10n ** 15n), net: money(10n ** 15n) },
      }),
    );
    const board = dashboard({ member: { firstname: evil, tier: 4 }, accounts });
    const conversation = createConversation(person(), core({ member: board }));
    conversation.setSession({ state: 'expired' });
    const reply = onlyReply(conversation.hear(text('x y z')));
    expect(findBrokenLimits(reply)).toEqual([]);
    // Nothing of the account was cut off.
    expect(reply.body).toContain('and 26 more');
  });
});

describe('the menu', () => {
  const atMenu = (): Conversation => {
    const conversation = createConversation(person(), member);
    conversation.hear(text('hi'));
    return conversation;
  };

  test('shows balances anew by tap, by number and by MENU, without renewing session or nonce', () => {
    const conversation = atMenu();
    const before = conversation.session();
    for (const message of [tap(conversation.idOf('balances')), text('1'), text('menu')]) {
      const heard = conversation.hear(message);
      expect(heard.asks).toEqual([{ ask: 'read_dashboard' }]);
      expect(onlyReply(heard).body).toContain('12.50 USD');
      expect(conversation.session()).toMatchObject({ nonce: before?.nonce, openedAtMs: before?.openedAtMs });
    }
  });

  test('F3: tells about VimbisoPay and helps, and stays', () => {
    const conversation = atMenu();
    expect(onlyReply(conversation.hear(tap(conversation.idOf('about')))).body).toContain('credex');
    expect(bodyOf(conversation, '7')).toContain('*cancel*');
    expect(bodyOf(conversation, 'HELP')).toContain('*cancel*');
    expect(conversation.session()?.screen).toEqual({ name: 'menu' });
  });

  test('answers unknown words, CANCEL and thanks with the menu below, without asking core', () => {
    const conversation = atMenu();
    for (const words of ['blah', 'cancel', 'thank you', '9', '0', '١']) {
      const heard = conversation.hear(text(words));
      expect(heard.asks).toEqual([]);
      expect(idsOf(onlyReply(heard))).toHaveLength(MENU_ROWS.length);
    }
  });

  test('S34 S106: a button of an earlier session, of another screen, or invented, does nothing and is told kindly', () => {
    const conversation = atMenu();
    const old = conversation.idOf('about');
    conversation.hear(text('hi'));
    const nonce = conversation.session()?.nonce ?? '';
    for (const id of [
      old,
      `${nonce}:yes`,
      `${nonce}:join`,
      `${nonce}:nothing`,
      'about',
      '',
      `${nonce}:__proto__`,
      'x'.repeat(1_000),
    ]) {
      const heard = conversation.hear(tap(id));
      expect(heard.asks).toEqual([]);
      expect(onlyReply(heard).body).toContain(en.begin.oldButton);
      expect(heard.notes).toEqual([{ event: 'conversation.old_button_refused', reason: 'menu' }]);
    }
    expect(conversation.session()?.nonce).toBe(nonce);
  });

  test('S3: a dashboard of another member ends the session and is not shown', () => {
    const conversation = atMenu();
    conversation.setCore(core({ member: dashboard({ member: { memberId: 'm-2', firstname: 'Farai' } }) }));
    const heard = conversation.hear(text('1'));
    expect(onlyReply(heard).body).not.toContain('Farai');
    expect(heard.notes).toEqual([{ event: 'credex.member_mismatch', reason: 'session' }]);
    expect(conversation.session()).toBeUndefined();
  });

  test('while core is away says that nothing was done, and stays', () => {
    const conversation = atMenu();
    conversation.setCore(coreAway);
    for (const words of ['hi', '1']) expect(bodyOf(conversation, words)).toContain('Nothing was done');
    expect(conversation.session()?.screen).toEqual({ name: 'menu' });
  });
});
