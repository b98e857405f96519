import type { Clock } from '../base/clock.ts';
import { utcDay } from '../base/clock.ts';
import type { Database, Reader, Transactor } from '../base/database.ts';
import { Fault } from '../base/fault.ts';
import { DENOMINATIONS, type Denomination } from '../base/money.ts';
import { readRate, type Rates } from './convert.ts';

/** The ledger's open day and its rates. */
export type Today = { readonly day: string; readonly rates: Rates };

export const readToday = async (reader: Reader): Promise<Today> => {
  const rows = await reader.query<{ day: string; denomination: Denomination; rate: string }>(
    `SELECT r.day, r.denomination::text, r.cxx_per_unit::text AS rate
     FROM ledger.day d JOIN ledger.rate r USING (day) WHERE d.closed_at IS NULL`,
  );
  const [first] = rows;
  const found = new Map(rows.map(({ denomination, rate }) => [denomination, readRate(rate)]));
  if (!first || found.size < DENOMINATIONS.length) {
    throw new Fault('ledger.not_initialised', {
      retry: 'never',
      detail: 'no open day with all rates; run ledger init',
    });
  }
  return { day: first.day, rates: Object.fromEntries(found) as Rates };
};

/** Opens the first day with its rates, as decimal texts of CXX per unit; does nothing where a day is open. */
export const openFirstDay = async (
  tx: Transactor,
  {
    day,
    rates,
    offsetMs,
  }: { readonly day: string; readonly rates: Readonly<Record<Denomination, string>>; readonly offsetMs: number },
): Promise<void> => {
  await tx.query(
    `WITH opened AS (
       INSERT INTO ledger.day (day, opened_at)
       SELECT $1::date, now() + $2 * interval '1 ms' WHERE NOT EXISTS (SELECT FROM ledger.day)
       RETURNING day)
     INSERT INTO ledger.rate (day, denomination, cxx_per_unit, as_of)
     SELECT opened.day, quote.denomination, quote.rate, opened.day
     FROM opened CROSS JOIN unnest($3::text[], $4::numeric[]) AS quote (denomination, rate)`,
    [day, offsetMs, Object.keys(rates), Object.values(rates)],
  );
};

/**
 * Opens the UTC day that has begun, with the last known rates and when they are from, so that daily limits end at
 * midnight even where nothing else rolls the day. One process does it, the others find it done.
 */
export const openDay = async (database: Database, clock: Clock): Promise<Today> =>
  database.transact(async (tx) => {
    await tx.query(`SELECT pg_advisory_xact_lock(hashtext('ledger.day'))`);
    const wanted = utcDay(clock.now());
    const [open] = await tx.query<{ day: string }>(`SELECT day FROM ledger.day WHERE closed_at IS NULL`);
    if (open && open.day < wanted) {
      await tx.query(`UPDATE ledger.day SET closed_at = now() + $1 * interval '1 ms' WHERE day = $2`, [
        clock.offsetMs(),
        open.day,
      ]);
      await tx.query(`INSERT INTO ledger.day (day, opened_at) VALUES ($1, now() + $2 * interval '1 ms')`, [
        wanted,
        clock.offsetMs(),
      ]);
      await tx.query(
        `INSERT INTO ledger.rate (day, denomination, cxx_per_unit, as_of)
         SELECT $1, denomination, cxx_per_unit, as_of FROM ledger.rate WHERE day = $2`,
        [wanted, open.day],
      );
    }
    return readToday(tx);
  });
