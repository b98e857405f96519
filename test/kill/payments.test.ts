import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDatabase } from '../../src/base/database.ts';
import { checkLedger } from '../../src/ledger/check-store.ts';
import { DEMO_ACCOUNTS, DEMO_MEMBERS } from '../../src/ledger/demo.ts';
import { killAt, killAtP11, WORKERS, type Arm, type Passings } from './arms.ts';
import { createChance } from './chance.ts';
import { openPayers, receiptsOf, type Tapped } from './payers.ts';
import { PAYERS } from './town-ledger.ts';
import { openTown, type Town } from './town.ts';
import { tell, until } from './until.ts';

/** In `npm run test:long` twenty at each point. */
const DEATHS = Number(process.env['KILLS'] ?? 5);
const PASSINGS: Passings = { from: 2, to: 4 };
const SETTLED_MS = 120_000;

/** Between the worker and core: it dies when core has received (P7), or has committed and not yet answered (P8). */
const killOnTheWire =
  (point: 'P7' | 'P8'): Arm =>
  async (town, chance) => {
    for (const role of WORKERS) {
      const draw = (): number => chance.between(PASSINGS.from, PASSINGS.to);
      let left = draw();
      town.coreWires![role].on(
        '/createCredex',
        async (_, pass) => {
          left -= 1;
          if (left > 0) return pass();
          left = draw();
          if (point === 'P7') town.kill(role, 'SIGKILL');
          await pass();
          if (point === 'P8') town.kill(role, 'SIGKILL');
          return undefined;
        },
        Infinity,
      );
    }
    return () => {
      for (const role of WORKERS) town.coreWires![role].on('/createCredex', (_, pass) => pass(), 0);
      return Promise.resolve();
    };
  };

const ARMS: Readonly<Record<string, Arm>> = {
  'P6, before core is called': killAt('P6', WORKERS, PASSINGS),
  'P7, core has received': killOnTheWire('P7'),
  'P8, core has committed and not answered': killOnTheWire('P8'),
  'P9, core has answered and nothing is committed': killAt('P9', WORKERS, PASSINGS),
  'P10, committed and not sent': killAt('P10', WORKERS, PASSINGS),
  'P11, Graph has received and not answered': killAtP11(PASSINGS),
};

const NAMES = new Map<string, string>([
  ...DEMO_MEMBERS.map(({ number, firstname, lastname }) => [number, `${firstname} ${lastname} Personal`] as const),
  ...DEMO_ACCOUNTS.map(({ handle, name }) => [handle, name] as const),
]);
const nameOf = (handle: string): string => NAMES.get(handle) ?? handle;

type Core = 'key' | 'none';

/** Intents that are still being found out; a core without keys leaves some of which nobody can know. */
const countOpen = async (town: Town, core: Core): Promise<number> => {
  const rows = await town.query(
    `SELECT FROM bot.intent WHERE state = 'spent' OR (state = 'unknown' AND ($1 OR baseline IS NULL))`,
    [core === 'key'],
  );
  return rows.length;
};

/** X11: what our intents say and what the ledger has, one by one. */
const reconcile = async (town: Town): Promise<Readonly<Record<string, number>>> => {
  const [counts] = await town.query(
    `WITH made AS (
       SELECT c.credex_id::text, c.issuer_id::text, c.receiver_id::text, c.initial_minor::bigint AS amount FROM ledger.credex c
       JOIN ledger.audit_entry a ON a.subject = c.credex_id::text AND a.event = 'ledger.credex_offered'
       JOIN demo_account d ON d.account_id = c.issuer_id AND d.handle = ANY($1)),
     wished AS (
       SELECT i.intent_id, i.state, i.credex_id, count(m.credex_id)::int AS credexes,
         coalesce(bool_or(m.credex_id = i.credex_id), false) AS named
       FROM bot.intent i LEFT JOIN made m
         ON m.issuer_id = i.account_id AND m.receiver_id = i.payee_account_id AND m.amount = i.amount_minor
       WHERE i.kind = 'offer' GROUP BY 1, 2, 3)
     SELECT count(*) FILTER (WHERE state = 'settled')::int AS settled,
       count(*) FILTER (WHERE state = 'settled' AND NOT (named AND credexes = 1))::int AS settled_wrongly,
       count(*) FILTER (WHERE state IN ('void', 'shown', 'refused', 'not_sent') AND credexes > 0)::int AS unwished,
       count(*) FILTER (WHERE state = 'unknown')::int AS unknown,
       count(*) FILTER (WHERE state = 'not_sent')::int AS not_sent,
       count(*) FILTER (WHERE credexes > 1)::int AS doubled,
       (SELECT count(*)::int FROM made) AS made,
       (SELECT count(*)::int FROM made WHERE NOT EXISTS (SELECT FROM wished w WHERE w.credex_id = made.credex_id)) AS orphans
     FROM wished`,
    [PAYERS],
  );
  return counts as Readonly<Record<string, number>>;
};

/**
 * X2, X4: one confirmation, one credex, one receipt; without a credex no receipt. A receipt may lack where the program
 * itself says that an answer was doubtful twice and is undelivered. How many were paid.
 */
const checkReceipts = async (town: Town, core: Core, tapped: readonly Tapped[]): Promise<number> => {
  const rows = await town.query(
    `SELECT p.handle AS payer, q.handle AS payee, i.amount_minor::int AS cents FROM bot.intent i
     JOIN demo_account p ON p.account_id::text = i.account_id JOIN demo_account q ON q.account_id::text = i.payee_account_id
     WHERE i.state = 'settled' AND i.kind = 'offer'`,
  );
  const settled = new Set(rows.map(({ payer, payee, cents }) => `${String(payer)} ${String(payee)} ${String(cents)}`));
  let paid = 0;
  let untold = 0;
  for (const one of tapped) {
    const made = settled.has(`${one.payer} ${one.payee} ${Math.round(Number(one.amount) * 100)}`) ? 1 : 0;
    const told = receiptsOf(town, one, nameOf);
    expect({ ...one, made }).toEqual({ ...one, made: core === 'key' ? 1 : made });
    expect(told, `${JSON.stringify(one)} is told at most once, and only if it was made`).toBeLessThanOrEqual(made);
    paid += made;
    untold += made - told;
  }
  const [lost] = await town.query(
    `SELECT count(*)::int AS lost FROM bot.outbox WHERE state = 'undelivered' AND ambiguities > 0`,
  );
  expect(untold).toBeLessThanOrEqual(Number(lost?.['lost']));
  return paid;
};

const killWhilePaying = async (town: Town, core: Core, [point, arm]: readonly [string, Arm]): Promise<void> => {
  const chance = createChance();
  const disarm = await arm(town, chance);
  const firstDeath = town.deaths.length;
  const payers = openPayers(town, chance, 3_000);
  await until(`deaths at ${point}`, () => town.deaths.length - firstDeath >= DEATHS, 240_000);
  const deaths = town.deaths.slice(firstDeath);
  expect(deaths.map(({ reason }) => reason)).toEqual(deaths.map(() => 'signal'));
  await disarm();
  await payers.hush();
  await until('every intent is found out', async () => (await countOpen(town, core)) === 0, SETTLED_MS);
  await town.settled(SETTLED_MS);
  const counts = await reconcile(town);
  const paid = await checkReceipts(town, core, payers.tapped());
  expect(counts).toMatchObject({ settled_wrongly: 0, unwished: 0, doubled: 0, orphans: 0 });
  expect(counts['made']).toBe(counts['settled']);
  expect(await ledgerProblems(town)).toEqual([]);
  const count = payers.tapped().length;
  tell(
    `${point}, idempotency ${core}, seed ${chance.seed}: killed ${deaths.length} times, ${count} confirmations, ${paid} paid and told ` +
      `once, ${count - paid} not; in this town so far ${counts['unknown']} unknown, ${counts['not_sent']} never sent`,
  );
};

describe(`killed ${String(DEATHS)} times while people pay, at a core with idempotency keys and at one without`, () => {
  let towns: Readonly<Record<Core, Town>>;
  beforeAll(async () => {
    const timings = { restartMaxMs: 200 };
    const [key, none] = await Promise.all([
      openTown({ core: 'key', members: true, timings }),
      openTown({ core: 'none', members: true, timings }),
    ]);
    towns = { key, none };
    await Promise.all([nameAccounts(key), nameAccounts(none)]);
  });
  afterAll(() => Promise.all(Object.values(towns).map((town) => town.close())));

  it.each(Object.entries(ARMS))(
    '%s: one confirmation is one credex, and its payer is told the truth',
    async (...point) => {
      await Promise.all([killWhilePaying(towns.key, 'key', point), killWhilePaying(towns.none, 'none', point)]);
    },
  );
});

/** Handles are sealed in the ledger: the town's accounts are found by asking the port's own look-up once. */
const nameAccounts = async (town: Town): Promise<void> => {
  await town.query('CREATE TABLE IF NOT EXISTS demo_account (handle text PRIMARY KEY, account_id uuid NOT NULL)');
  for (const [handle, accountId] of await town.accounts())
    await town.query('INSERT INTO demo_account VALUES ($1, $2) ON CONFLICT DO NOTHING', [handle, accountId]);
};

const ledgerProblems = async (town: Town): Promise<readonly string[]> => {
  const database = createDatabase({
    url: town.databaseUrl,
    connectionsMax: 1,
    applicationName: 'check',
    timeoutMs: 30_000,
  });
  const problems = await checkLedger(database);
  await database.close();
  return problems.map(({ invariant, row }) => `${invariant}: ${row}`);
};
