import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Inbound } from '../../src/conversation/understanding/inbound.ts';
import { decodeSession, encodeSession } from '../../src/conversation/sessions/session-record.ts';
import { understandMessage } from '../../src/conversation/understanding/understand.ts';
import { quote, quoteHandle } from '../../src/conversation/wording/quote.ts';
import type { AskOutcome } from '../../src/conversation/decision.ts';
import {
  core,
  coreAway,
  createConversation,
  dashboard,
  findBrokenLimits,
  idsOf,
  OTHER_KINDS,
  person,
  tap,
  type Core,
} from '../support/conversation.ts';

const RUNS = 400;

/** What a person may do next; taps name one of the buttons they have seen, old ones included. */
type Act =
  | { readonly act: 'text'; readonly words: string }
  | { readonly act: 'tap'; readonly which: number }
  | { readonly act: 'other'; readonly message: Inbound }
  | { readonly act: 'expire' }
  | { readonly act: 'core'; readonly answer: Core };

const refusing =
  (refusal: string): Core =>
  (ask) =>
    (ask.ask === 'register' ? { ask: 'register', result: { ok: false, refusal } } : core()(ask)) as AskOutcome;
const unknowing: Core = (ask) =>
  ask.ask === 'register' ? { ask: 'register', result: 'outcome_unknown' } : core()(ask);

const words = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom('hi', 'menu', 'cancel', 'yes', '1', '2', '3', 'help', 'join', 'thanks', 'stop'),
  },
  { weight: 4, arbitrary: fc.constantFrom('Tariro', 'Moyo', "O'Neil", 'Jo', 'Farai-Anna', 'Morning') },
  { weight: 2, arbitrary: fc.string({ unit: 'grapheme', maxLength: 80 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 80 }) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 10_000 }).map((count) => '😀'.repeat(count)) },
);
const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 6, arbitrary: words.map((each) => ({ act: 'text', words: each }) as const) },
  { weight: 6, arbitrary: fc.nat(30).map((which) => ({ act: 'tap', which }) as const) },
  { weight: 1, arbitrary: fc.constantFrom(...OTHER_KINDS).map((message) => ({ act: 'other', message }) as const) },
  { weight: 1, arbitrary: fc.constant({ act: 'expire' } as const) },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom(
        core(),
        core({ member: dashboard() }),
        coreAway,
        unknowing,
        refusing('credex.name_refused'),
        refusing('credex.member_exists'),
      )
      .map((answer) => ({ act: 'core', answer }) as const),
  },
);

/** The way to an account, which chance alone hardly ever finds; what stands between its steps is left to chance. */
const goodWay = fc
  .tuple(
    fc.constantFrom('Tariro', 'Jo', 'Morning'),
    fc.constantFrom('Moyo', "O'Neil"),
    fc.array(act, { maxLength: 1 }),
    fc.nat(2),
  )
  .map(([first, last, between, choice]): readonly Act[] => [
    { act: 'text', words: 'hi' },
    { act: 'tap', which: 0 },
    { act: 'text', words: first },
    { act: 'text', words: last },
    ...between,
    { act: 'tap', which: choice },
  ]);
const story = fc
  .array(fc.oneof({ weight: 4, arbitrary: act.map((each) => [each]) }, { weight: 1, arbitrary: goodWay }), {
    maxLength: 25,
  })
  .map((parts) => parts.flat());

const understood = (raw: string): Inbound => understandMessage({ type: 'text', text: { body: raw } });

test('S11: no sequence of inputs registers anybody but by the confirmation that shows these very names', () => {
  let registered = 0;
  fc.assert(
    fc.property(story, fc.infiniteStream(fc.integer({ min: 0, max: 19 })), (acts, chance) => {
      const conversation = createConversation(person());
      let shown: readonly string[] = [];
      let seen: readonly string[] = [];
      let confirmation = '';
      for (const next of acts) {
        if (next.act === 'expire') {
          conversation.setSession({ state: 'expired' });
          continue;
        }
        if (next.act === 'core') {
          conversation.setCore(next.answer);
          continue;
        }
        const id =
          next.act === 'tap'
            ? next.which < 15
              ? shown[next.which % 3]
              : seen[next.which % (seen.length || 1)]
            : undefined;
        const message =
          next.act === 'other' ? next.message : next.act === 'text' ? understood(next.words) : tap(id ?? 'none');
        const before = conversation.session();
        const isStale = (chance.next().value ?? 0) === 0;
        const heard = conversation.hear(message, { isStale });

        const asked = heard.asks.find(({ ask }) => ask === 'register');
        if (asked?.ask === 'register') {
          registered += 1;
          const { firstname, lastname } = asked.registration;
          expect(isStale).toBe(false);
          expect(before?.screen).toEqual({ name: 'register.confirm', firstname, lastname });
          expect(confirmation).toContain(`First name: ${quote(firstname)}\n`);
          expect(confirmation).toContain(`Last name: ${quote(lastname)}\n`);
          if (message.kind === 'tap') expect(message.id).toBe(`${before?.nonce}:yes`);
          else expect(message).toMatchObject({ kind: 'text', text: expect.stringMatching(/^(yes|1\.?)$/i) });
        }
        expect(heard.replies).toHaveLength(message.kind === 'reaction' || message.kind === 'system' ? 0 : 1);
        for (const reply of heard.replies) {
          expect(findBrokenLimits(reply)).toEqual([]);
          const ids = idsOf(reply);
          if (ids.length > 0) {
            shown = ids;
            seen = [...ids, ...seen];
            confirmation = reply.body;
          }
        }
        const session = conversation.session();
        if (session) expect(decodeSession(encodeSession(session))).toEqual(session);
      }
    }),
    { numRuns: RUNS },
  );
  // A search that never arrives proves nothing.
  expect(registered).toBeGreaterThan(RUNS / 10);
});

test('S73: whatever JSON arrives is understood as something, without a throw and without pollution', () => {
  const hostileKey = fc.constantFrom(
    'type',
    'text',
    'body',
    'interactive',
    'button_reply',
    'list_reply',
    'nfm_reply',
    'response_json',
    'id',
    'contacts',
    'phones',
    'origin',
    'errors',
    'system',
    '__proto__',
    'constructor',
  );
  const kind = fc.constantFrom(
    'text',
    'button',
    'interactive',
    'contacts',
    'system',
    'unsupported',
    'image',
    'edit',
    '__proto__',
  );
  const { node } = fc.letrec((tie) => ({
    node: fc.oneof(
      { depthSize: 'small' },
      fc.string({ unit: 'binary' }),
      fc.double(),
      fc.boolean(),
      fc.constant(null),
      kind,
      fc.array(tie('node'), { maxLength: 3 }),
      fc.dictionary(hostileKey, tie('node'), { maxKeys: 4 }),
    ),
  }));
  const message = fc.oneof(
    node,
    fc.tuple(kind, fc.dictionary(hostileKey, node)).map(([type, rest]) => ({ ...rest, type })),
  );
  fc.assert(
    fc.property(message, (raw) => {
      const inbound = understandMessage(raw);
      expect(typeof inbound.kind).toBe('string');
      if (inbound.kind === 'text') {
        expect(inbound.text.length).toBeLessThanOrEqual(4_096);
        expect(inbound.text.isWellFormed()).toBe(true);
        expect(inbound.text).not.toMatch(/[\p{Cc}\p{Cf}]/u);
      }
      expect(Object.keys(Object.prototype)).toEqual([]);
      expect(() => JSON.stringify(createConversation().hear(inbound))).not.toThrow();
    }),
    { numRuns: 10 * RUNS },
  );
});

test('S74 S102: no name of a stranger keeps mark-up, a link, a line break or anything invisible', () => {
  const nasty = fc.string({
    unit: fc.oneof(
      fc.constantFrom(...'*_~`./:\n\u202e\u200b。．'),
      fc.constantFrom('https://', 'evil.example', 'wa.me/'),
      fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
    ),
    maxLength: 60,
  });
  fc.assert(
    fc.property(nasty, (raw) => {
      for (const quoted of [quote(raw), quoteHandle(raw)]) {
        expect(quoted).not.toMatch(/[*~`\p{Cc}\p{Cf}\p{Cs}]/u);
        expect(quoted).not.toMatch(/^_|_$|:\/|[.。．｡․](?=[^\s.…])/u);
        expect(quoted.length).toBeGreaterThan(0);
        expect(quoted.length).toBeLessThanOrEqual(40);
      }
    }),
    { numRuns: 20 * RUNS },
  );
});
