import { expect, test } from 'vitest';
import type { ChatMessage } from '../people/chat.ts';
import { changeWorld, EMPTY_WORLD, type WorldAction } from './world.ts';

const who = '263770000001';
const person = { who, name: 'Tariro', phone: who };
const message = (seq: number): ChatMessage => ({
  seq,
  wamid: `wamid.${String(seq)}`,
  at: 0,
  state: 'accepted',
  from: 'bot',
  content: { kind: 'text', body: 'hi' },
});
const after = (...actions: readonly WorldAction[]) => actions.reduce(changeWorld, EMPTY_WORLD);

test('a message that came by snapshot and by stream is shown once', () => {
  const snapshot: WorldAction = { type: 'snapshot', people: [{ person, messages: [message(1)] }] };
  const world = after(
    snapshot,
    { type: 'message', who, message: message(1) },
    { type: 'message', who, message: message(2) },
  );
  expect(world.chats.get(who)?.messages.map(({ seq }) => seq)).toEqual([1, 2]);
});

test('only a phone that is not open counts unread messages, until it is opened', () => {
  const missed = after({ type: 'person', person }, { type: 'message', who, message: message(1) });
  expect(missed.chats.get(who)?.unread).toBe(1);
  const opened = changeWorld(missed, { type: 'open', who });
  expect(opened.chats.get(who)?.unread).toBe(0);
  expect(changeWorld(opened, { type: 'message', who, message: message(2) }).chats.get(who)?.unread).toBe(0);
});

test('a state with an error reaches its message and no other', () => {
  const error = { code: 131026, details: 'Message undeliverable' };
  const world = after(
    { type: 'snapshot', people: [{ person, messages: [message(1), message(2)] }] },
    { type: 'state', who, wamid: 'wamid.2', state: 'failed', error },
  );
  expect(world.chats.get(who)?.messages.map(({ state }) => state)).toEqual(['accepted', 'failed']);
  expect(world.chats.get(who)?.messages[1]?.error).toEqual(error);
});
