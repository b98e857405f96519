import { createServer, type AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { en } from '../../src/conversation/wording/en.ts';
import { controlMoney } from '../../src/payment/operate.ts';
import { rearmTimers } from '../../src/payment/rearm.ts';
import { sweepLanes } from '../../src/queue/store.ts';
import { openLedgerServer } from '../../src/main/compose/ledger-server.ts';
import {
  answerAfter,
  answerInstead,
  cutAfter,
  cutBefore,
  openCoreWire,
  type Act,
  type CoreWire,
} from '../support/core-wire.ts';
import { openStory, type Story } from './story.ts';
import { openTill, type Till } from './till.ts';

// A core over HTTP whose answers get lost, by both kinds of core: with idempotency keys and without.

const TARIRO = '263770000001';
const FARAI = '263770000002';
const CREATE = '/createCredex';

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });

describe.each(['key', 'none'] as const)('a core with idempotency %s', (idempotency) => {
  let story: Story;
  let till: Till;
  let wire: CoreWire;
  let closeCore: () => Promise<void>;
  let cents = 10;

  beforeAll(async () => {
    const port = await freePort();
    wire = await openCoreWire({ target: `http://127.0.0.1:${port}`, forgetsKeys: idempotency === 'none' });
    story = await openStory({ environment: { MYCREDEX_APP_URL: wire.url, MYCREDEX_IDEMPOTENCY: idempotency } });
    const core = await openLedgerServer(story.grounds[0]!, { host: '127.0.0.1', port });
    closeCore = () => core.close();
    till = openTill(story);
    await story.say(TARIRO, 'hi');
  });
  afterAll(async () => {
    await story.close();
    await wire.close();
    await closeCore();
  });
  afterEach(async () => {
    await story.say(TARIRO, 'hi');
  });

  /** A confirmation of an amount that no other test uses. */
  const show = async (): Promise<string> => {
    cents += 1;
    const amount = `0.${String(cents)}`;
    await story.say(TARIRO, `${amount} USD=>${FARAI}`);
    return amount;
  };
  const counts = async () => ({ offers: await till.offersMade(), calls: wire.count(CREATE) });
  const since = async (before: { readonly offers: number; readonly calls: number }) => {
    const now = await counts();
    return { offers: now.offers - before.offers, calls: now.calls - before.calls };
  };
  /** What is said when the next timers are due, however many. */
  const later = async (ms: number): Promise<readonly string[]> => {
    const answers = await story.answersTo(TARIRO, async () => {
      story.clock.advance(ms);
      await till.until('timers are done', async () => {
        const due = await story.grounds[0]!.database.query(
          `SELECT FROM bot.lane WHERE pending > 0 AND ready_at <= clock_timestamp() + $1 * interval '1 ms'`,
          [story.clock.offsetMs()],
        );
        return due.length === 0;
      });
    });
    return answers;
  };

  const LOST_ANSWERS: readonly (readonly [string, Act])[] = [
    ['the connection is cut after core has done it', cutAfter],
    ['a gateway says 502 after core has done it', answerAfter(502, '<html>Bad gateway</html>')],
    ['core says 500 after it has done it', answerAfter(500, '{"message":"sorry"}')],
    ['the answer is nonsense', answerAfter(200, '{"data":{"action":{"type":"HELLO"}}}')],
  ];
  it.each(LOST_ANSWERS)('%s: pending, then found out; one offer, one receipt', async (_, act) => {
    const amount = await show();
    const before = await counts();
    wire.on(CREATE, act);
    const pending = await story.tap(TARIRO, 'Yes, send');
    expect(pending).toContain('I do not know yet what became of');
    expect(pending).not.toContain('Done.');
    const [receipt, ...more] = await later(16_000);
    expect(receipt).toContain(`You offered *${amount} USD* to Farai Dube Personal`);
    expect(more).toEqual([]);
    expect(await since(before)).toEqual({ offers: 1, calls: idempotency === 'key' ? 2 : 1 });
    expect(await later(3_600_000)).toEqual([]);
  });

  it('every repeat says the same key, and no other', async () => {
    await show();
    const from = wire.calls.length;
    wire.on(CREATE, cutBefore, 3);
    await story.tap(TARIRO, 'Yes, send');
    for (const ms of [16_000, 31_000, 61_000, 121_000]) await later(ms);
    const keys = wire.calls
      .slice(from)
      .filter(({ path }) => path === CREATE)
      .map(({ key }) => key);
    expect(new Set(keys).size).toBe(1);
    expect(keys).toHaveLength(idempotency === 'key' ? 4 : 1);
  });

  it('cut before core heard of it: with keys it is repeated until it is done; without it is never sent again, and ends in not knowing', async () => {
    const amount = await show();
    const before = await counts();
    wire.on(CREATE, cutBefore);
    await story.tap(TARIRO, 'Yes, send');
    if (idempotency === 'key') {
      expect((await later(16_000)).join()).toContain(`You offered *${amount} USD*`);
      expect(await since(before)).toEqual({ offers: 1, calls: 2 });
      return;
    }
    expect(await later(16_000)).toEqual([]);
    let told: readonly string[] = [];
    for (let minutes = 0; minutes < 40 && told.length === 0; minutes += 5) told = await later(301_000);
    expect(told.join()).toContain('I could not find out what became of');
    expect(await since(before)).toEqual({ offers: 0, calls: 1 });
    expect(await till.events('payment.intent_unresolved')).toBeGreaterThan(0);
  });

  it('while one is unknown the same is not offered again, another amount is', async () => {
    const amount = await show();
    const before = await counts();
    wire.on(CREATE, cutAfter);
    await story.tap(TARIRO, 'Yes, send');
    expect(await story.say(TARIRO, `${amount} USD=>${FARAI}`)).toContain(en.payment.stillChecking);
    await show();
    expect(await story.tap(TARIRO, 'Yes, send')).toContain('Done.');
    await later(16_000);
    expect((await since(before)).offers).toBe(2);
  });

  it('a repeat that meets a router which knows no such path is no verdict on the first attempt', async () => {
    const amount = await show();
    const before = await counts();
    const noRoute = {
      data: {
        action: {
          id: null,
          type: 'ERROR_NOT_FOUND',
          timestamp: '2026-11-24T00:00:00.000Z',
          actor: 'x',
          details: { code: 'ROUTE_NOT_FOUND' },
        },
        dashboard: {},
      },
      message: 'No',
    };
    let isFirst = true;
    wire.on(
      CREATE,
      async (_, pass) => {
        if (!isFirst) return { status: 404, text: JSON.stringify(noRoute), authorization: null };
        isFirst = false;
        await pass();
        return undefined;
      },
      idempotency === 'key' ? 2 : 1,
    );
    await story.tap(TARIRO, 'Yes, send');
    const told = [...(await later(16_000)), ...(await later(31_000))];
    expect(told.join()).toContain(`You offered *${amount} USD*`);
    expect(told).toHaveLength(1);
    expect((await since(before)).offers).toBe(1);
  });

  it('money that is stopped between the tap and the sending is not sent', async () => {
    await show();
    const before = await counts();
    const control = (stopped: boolean) => controlMoney(story.grounds[0]!, { stopped, actor: 'operator' });
    if (idempotency === 'none') {
      wire.on('/getLedger', async (_, pass) => {
        await control(true);
        return pass();
      });
      expect(await story.tap(TARIRO, 'Yes, send')).toContain(en.payment.notSent);
    } else {
      await control(true);
      expect(await story.tap(TARIRO, 'Yes, send')).toContain(en.payment.stopped);
    }
    expect(await since(before)).toEqual({ offers: 0, calls: 0 });
    await control(false);
    expect(await story.tap(TARIRO, 'Yes, send')).toContain('Done.');
    expect(await since(before)).toEqual({ offers: 1, calls: 1 });
  });

  it('an intent whose timer was lost is given another, and found out', async () => {
    const amount = await show();
    wire.on(CREATE, cutAfter);
    await story.tap(TARIRO, 'Yes, send');
    const { database, clock, keyStore: keys } = story.grounds[0]!;
    await database.query(`UPDATE bot.input SET state = 'done', body = NULL WHERE kind = 'timer' AND state = 'waiting'`);
    await sweepLanes(database, clock.offsetMs());
    expect(await later(100_000)).toEqual([]);
    story.clock.advance(30_000);
    expect(await rearmTimers({ database, clock, keys })).toBe(1);
    expect(await rearmTimers({ database, clock, keys })).toBe(0);
    expect((await later(301_000)).join()).toContain(`You offered *${amount} USD*`);
  });

  it('a gate 401 proves that nothing was done: one log-in, one replay, one offer', async () => {
    await show();
    const before = await counts();
    wire.on(CREATE, answerInstead(401, '{"message":"Unauthorized"}'));
    expect(await story.tap(TARIRO, 'Yes, send')).toContain('Done.');
    expect(await since(before)).toEqual({ offers: 1, calls: 2 });
  });

  it('a refusal of core is a refusal: said with its reason, the payee kept, nothing moved', async () => {
    await show();
    const before = await counts();
    const refusal = {
      data: {
        action: {
          id: null,
          type: 'ERROR_VALIDATION',
          timestamp: '2026-11-24T00:00:00.000Z',
          actor: 'x',
          details: { code: 'TIER_LIMIT_EXCEEDED' },
        },
        dashboard: {},
      },
      message: 'No',
    };
    wire.on(CREATE, answerInstead(400, JSON.stringify(refusal)));
    const told = await story.tap(TARIRO, 'Yes, send');
    expect(told).toContain(en.payment.refused['credex.limit_reached']);
    expect(told).toContain('How much');
    expect(await since(before)).toEqual({ offers: 0, calls: 1 });
    expect(await story.say(TARIRO, '0.05')).toContain('Farai Dube Personal');
    await story.say(TARIRO, 'cancel');
    expect(await later(60_000)).toEqual([]);
  });

  it('an answer that comes later than our patience is found out, not asked for twice at once', async () => {
    const amount = await show();
    const before = await counts();
    wire.on(CREATE, async (_, pass) => {
      const answer = await pass();
      await new Promise((resolve) => setTimeout(resolve, 10_500));
      return answer;
    });
    expect(await story.tap(TARIRO, 'Yes, send')).toContain('I do not know yet');
    expect((await later(16_000)).join()).toContain(`You offered *${amount} USD*`);
    expect((await since(before)).offers).toBe(1);
  }, 30_000);

  it('the other answers are found out too: accepting, declining and taking back whose reply is lost', async () => {
    await show();
    await story.tap(TARIRO, 'Yes, send');
    await story.say(TARIRO, 'my offers');
    await story.tap(TARIRO, `0.${String(cents)} USD`);
    wire.on('/cancelCredex', cutAfter);
    expect(await story.tap(TARIRO, 'Yes, take back')).toContain('I do not know yet');
    expect((await later(16_000)).join()).toContain('You took back your offer');
    expect(await later(600_000)).toEqual([]);
  });
});
