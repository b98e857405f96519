import { expect } from 'vitest';
import { renderContent } from '../../src/simulator/chat.ts';
import { until as waitUntil } from '../kill/until.ts';
import type { Story } from './story.ts';

/** What a story about money looks at beside the answers. */
export type Till = {
  /** Offers that the ledger has ever taken of people, those of the seed aside. */
  readonly offersMade: () => Promise<number>;
  /** Carries an offer out, confirmation included; the payee's notice has come by then. */
  readonly offer: (from: string, to: string, amount: string) => Promise<void>;
  /** The text of the next message (or the one `after` more) that somebody gets from now on. */
  readonly nextAnswer: (who: string, after?: number) => Promise<string>;
  /** One tap, its webhook delivered several times at once, to the doors in turn. */
  readonly deliverTap: (who: string, id: string, copies: number) => Promise<void>;
  readonly flushRedis: () => Promise<void>;
  readonly keptNotices: () => Promise<number>;
  /** Events of the audit about a subject, oldest first. */
  readonly audited: (subject: string) => Promise<readonly string[]>;
  /** How often the audit has an event. */
  readonly events: (event: string) => Promise<number>;
  readonly until: (what: string, isTrue: () => Promise<boolean>) => Promise<void>;
};

export const openTill = (story: Story): Till => {
  const { people, grounds, simulator, doors } = story;
  const [ground] = grounds;
  if (!ground) throw new Error('a story has its ground');
  const { database, ledgerDatabase, redis } = ground;

  const countOf = async (text: string): Promise<number> => {
    const [row] = await ledgerDatabase.query<{ count: number }>(text);
    return row?.count ?? 0;
  };

  const nextAnswer: Till['nextAnswer'] = async (who, after = 1) => {
    const place = people.inbox(who).length + after - 1;
    let text = '';
    await until(`${who} hears more`, async () => {
      const message = people.inbox(who)[place];
      if (message) text = renderContent(message.content).join('\n');
      return message !== undefined;
    });
    return text;
  };

  const until: Till['until'] = async (what, isTrue) => void (await waitUntil(what, isTrue, 20_000));

  let tapped = 0;
  return {
    offersMade: () =>
      countOf(`SELECT count(*)::int AS count FROM ledger.audit_entry WHERE event = 'ledger.credex_offered'`),
    offer: async (from, to, amount) => {
      const before = people.inbox(to).length;
      await story.say(from, `${amount} USD=>${to}`);
      expect(await story.tap(from, 'Yes, send')).toContain(`You offered *${amount} USD*`);
      const isOpen = await database.query(`SELECT FROM ledger.notice WHERE moved_at IS NULL LIMIT 1`);
      if (isOpen.length > 0)
        await until('the notice is moved', async () =>
          database.query(`SELECT FROM ledger.notice WHERE moved_at IS NULL LIMIT 1`).then((rows) => rows.length === 0),
        );
      await story.settle();
      expect(people.inbox(to).length).toBeLessThanOrEqual(before + 1);
    },
    nextAnswer,
    deliverTap: async (who, id, copies) => {
      tapped += 1;
      const { whatsapp } = story.config;
      const { bsuid } = people.add({ phone: who });
      const body = {
        object: 'whatsapp_business_account',
        entry: [
          {
            id: whatsapp.businessId,
            changes: [
              {
                field: 'messages',
                value: {
                  messaging_product: 'whatsapp',
                  metadata: { display_phone_number: '15550001000', phone_number_id: whatsapp.phoneNumberId },
                  contacts: [{ profile: { name: 'Tariro' }, wa_id: who, user_id: bsuid }],
                  messages: [
                    {
                      from: who,
                      from_user_id: bsuid,
                      id: `wamid.tap-${String(tapped)}`,
                      timestamp: String(Math.floor(story.clock.now() / 1_000)),
                      type: 'interactive',
                      interactive: { type: 'button_reply', button_reply: { id, title: 'Yes' } },
                    },
                  ],
                },
              },
            ],
          },
        ],
      };
      const answers = await Promise.all(
        Array.from({ length: copies }, (_, copy) =>
          simulator.webhooks.postOnce(body, { url: doors[copy % doors.length]!.webhookUrl }),
        ),
      );
      expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    },
    flushRedis: async () => void (await redis?.flushall()),
    keptNotices: async () => {
      const [row] = await database.query<{ count: number }>('SELECT count(*)::int AS count FROM bot.kept_notice');
      return row?.count ?? 0;
    },
    audited: async (subject) => {
      const rows = await database.query<{ event: string }>(
        'SELECT event FROM bot.audit_entry WHERE subject = $1 ORDER BY entry_id',
        [subject],
      );
      return rows.map(({ event }) => event);
    },
    events: async (event) => {
      const rows = await database.query('SELECT FROM bot.audit_entry WHERE event = $1', [event]);
      return rows.length;
    },
    until,
  };
};
