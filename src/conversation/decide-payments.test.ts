import { describe, expect, test } from 'vitest';
import {
  account,
  bodyOf,
  core,
  createConversation,
  dashboard,
  member,
  money,
  onlyReply,
  person,
  QUIET,
  tap,
  text,
  type Conversation,
} from '../../test/support/conversation.ts';
import type { Intent } from '../payment/payment.ts';
import { en } from './wording/en.ts';

const atConfirmation = (conversation: Conversation = createConversation(person(), member)): Conversation => {
  conversation.hear(text('hi'));
  conversation.hear(text('0.5=>farai'));
  return conversation;
};

describe('F7: a payment in one line', () => {
  test('shows amount, denomination, name and handle, and asks core for nothing that changes it', () => {
    const conversation = createConversation(person(), member);
    const heard = conversation.hear(text(' usd 0.5 => Farai '));
    expect(heard.asks).toEqual([{ ask: 'prepare_offer', handle: 'farai' }]);
    const { body } = onlyReply(heard);
    for (const piece of ['0.50 USD', 'Account of farai', '(farai)', 'Tariro Moyo Personal'])
      expect(body).toContain(piece);
  });

  test.each([
    ['0.5->farai', en.payment.refusedCommands.unsecured],
    ['=>farai', en.payment.refusedCommands.incomplete],
    ['0.5=>', en.payment.refusedCommands.incomplete],
    ['1=>a=>b', en.payment.refusedCommands.two_arrows],
    ['1=>farai=2026-12-24', en.payment.refusedCommands.dated],
    ['nan=>farai', en.payment.refusedAmounts.not_a_number],
    ['-1=>farai', en.payment.refusedAmounts.not_a_number],
    ['1e3=>farai', en.payment.refusedAmounts.not_a_number],
    ['0=>farai', en.payment.refusedAmounts.not_positive],
    ['1 EUR=>farai', en.payment.refusedAmounts.denomination_unknown],
    ['1=>f!', en.payment.handleInvalid],
  ])('%s is corrected in its own words, and nobody is asked', (words, correction) => {
    const conversation = createConversation(person(), member);
    conversation.hear(text('hi'));
    const heard = conversation.hear(text(words));
    expect(heard.asks).toEqual([]);
    expect(onlyReply(heard).body).toContain(correction);
  });

  test('whoever has nothing to send learns nothing about anybody', () => {
    const poor = core({ member: dashboard({ accounts: [account({ securedNet: [] })] }) });
    const conversation = createConversation(person(), poor);
    for (const handle of ['farai', 'nobody'])
      expect(onlyReply(conversation.hear(text(`5=>${handle}`))).body).toContain('You have 0.00 USD to send');
  });
});

describe('S106: what may be tapped, and by what it is carried out', () => {
  test('typed words never confirm; the button does, with exactly what was shown', () => {
    const conversation = atConfirmation();
    for (const words of ['yes', '1', 'ok', 'confirm', 'ehe']) expect(conversation.hear(text(words)).asks).toEqual([]);
    const shown = conversation.session()?.screen;
    const { asks } = conversation.hear(tap(conversation.idOf('pay')));
    expect(asks).toEqual([
      shown?.name === 'payment.confirm' && { ask: 'confirm', intentId: shown.intentId, draft: shown.draft },
    ]);
  });

  test('a message that may not move money reaches no confirmation and spends none', () => {
    const conversation = createConversation(person({ mayMoveMoney: false }), member);
    conversation.hear(text('hi'));
    const heard = conversation.hear(text('0.5=>farai'));
    expect(heard.asks).toEqual([]);
    expect(onlyReply(heard).body).toContain(en.payment.unproven);
  });

  test('a payment that was refused before anybody logged in leaves no visit that nobody is known in', () => {
    const stopped = createConversation(person(), member, { ...QUIET, moneyStopped: true });
    expect(bodyOf(stopped, '0.5=>farai')).toContain(en.payment.stopped);
    expect(stopped.session()).toBeUndefined();
  });

  test('a confirmation that is already being carried out never says that nothing is done', () => {
    const first = atConfirmation();
    const session = first.session();
    if (session?.screen.name !== 'payment.confirm') throw new Error('a confirmation is shown');
    const { intentId, draft } = session.screen;
    const spent = { intentId, ...draft, state: 'spent' } as unknown as Intent;
    const who = person({ identityId: session.identityId });
    for (const message of [text('cancel'), text('ok'), tap(`${session.nonce}:no`), tap(`${session.nonce}:pay`)]) {
      const later = createConversation(who, member, { moneyStopped: false, open: [spent] });
      later.setSession({ state: 'live', session });
      const heard = later.hear(message);
      expect(heard.asks).toEqual([]);
      expect(onlyReply(heard).body).toContain('I do not know yet what became of');
      expect(later.session()?.screen).toEqual({ name: 'menu' });
    }
  });

  test('while one is unknown, one just like it is not shown: same payee, or a namesake', () => {
    const like = {
      wish: { kind: 'offer', accountId: 'a-1', payeeAccountId: 'other', amount: money(50n), secured: true },
      facts: { accountName: 'x', otherName: 'Account of farai' },
      state: 'unknown',
    } as unknown as Intent;
    const conversation = createConversation(person(), member, { moneyStopped: false, open: [like] });
    expect(bodyOf(conversation, '0.5=>farai')).toContain(en.payment.stillChecking);
    expect(bodyOf(conversation, '0.6=>farai')).toContain('You are about to');
  });
});

describe('F9 F13: offers of every account that is owned', () => {
  const pending = { credexId: 'c-1', amount: money(70n), counterpartyAccountName: 'Rudo', secured: true };
  const shop = account({ accountId: 'a-9', accountType: 'OPERATIONS', accountName: 'Shop', pendingIn: [pending] });

  test('are counted, listed, and answered for their own account', () => {
    const conversation = createConversation(person(), core({ member: dashboard({ accounts: [account(), shop] }) }));
    expect(bodyOf(conversation, 'hi')).toContain('1 offer waits');
    conversation.hear(text('offers'));
    conversation.hear(tap(conversation.idOf('offer.0')));
    conversation.hear(tap(conversation.idOf('accept')));
    expect(conversation.session()?.screen).toMatchObject({
      name: 'payment.confirm',
      draft: { wish: { kind: 'accept', accountId: 'a-9', credexId: 'c-1', amount: money(70n) } },
    });
  });

  test('an offer that no longer waits is not confirmed', () => {
    const conversation = createConversation(person(), core({ member: dashboard({ accounts: [account(), shop] }) }));
    conversation.hear(text('offers'));
    conversation.hear(tap(conversation.idOf('offer.0')));
    conversation.setCore(member);
    const heard = conversation.hear(tap(conversation.idOf('accept')));
    expect(onlyReply(heard).body).toContain(en.payment.refused['payment.offer_gone']);
    expect(conversation.session()?.screen).toEqual({ name: 'menu' });
  });
});
