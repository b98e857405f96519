import type { Database } from '../base/database.ts';

/** The first row that breaks each invariant: which one, and the row's ids. Never an amount or a name. */
export type LedgerDifference = { readonly invariant: string; readonly row: string };

const DERIVED = `
  derived AS (
    SELECT account_id, denomination, securer_id, sum(receivable) AS receivable, sum(payable) AS payable, sum(offered) AS offered
    FROM (
      SELECT account_id, denomination, securer_id,
        CASE WHEN side = 'receivable' THEN amount_minor ELSE 0 END AS receivable,
        CASE WHEN side = 'payable' THEN -amount_minor ELSE 0 END AS payable, 0 AS offered
      FROM ledger.posting_line
      UNION ALL
      SELECT issuer_id, denomination, securer_id, 0, 0, initial_minor FROM ledger.credex WHERE state = 'offered') AS parts
    GROUP BY account_id, denomination, securer_id)`;

/** Each invariant (I8) as the rows that break it. What constraints hold as well is looked at all the same: they may have been dropped. */
const INVARIANTS: Readonly<Record<string, string>> = {
  'postings sum to zero in every denomination': `
    SELECT denomination AS row FROM ledger.posting_line GROUP BY denomination HAVING sum(amount_minor) <> 0`,
  'balances sum to zero in every denomination': `
    SELECT denomination AS row FROM ledger.balance GROUP BY denomination HAVING sum(receivable_minor - payable_minor) <> 0`,
  'stored balances equal the postings and pending offers': `
    WITH ${DERIVED}
    SELECT concat_ws(' ', coalesce(b.account_id, d.account_id), coalesce(b.denomination, d.denomination), coalesce(b.securer_id, d.securer_id)) AS row
    FROM ledger.balance b FULL JOIN derived d
      ON b.account_id = d.account_id AND b.denomination = d.denomination
      AND coalesce(b.securer_id::text, '') = coalesce(d.securer_id::text, '')
    WHERE coalesce(b.receivable_minor, 0) <> coalesce(d.receivable, 0) OR coalesce(b.payable_minor, 0) <> coalesce(d.payable, 0)
      OR coalesce(b.offered_minor, 0) <> coalesce(d.offered, 0)
    ORDER BY 1`,
  'no secured claim is below its floor': `
    SELECT concat_ws(' ', account_id, denomination, securer_id) AS row FROM ledger.balance
    WHERE securer_id IS NOT NULL AND account_id <> securer_id AND receivable_minor - payable_minor - offered_minor < 0 ORDER BY 1`,
  'outstanding and redeemed make the initial amount': `
    SELECT credex_id::text AS row FROM ledger.credex
    WHERE CASE WHEN state IN ('offered', 'owed', 'cleared') THEN outstanding_minor + redeemed_minor <> initial_minor
               ELSE outstanding_minor <> 0 OR redeemed_minor <> 0 END
      OR (state = 'cleared') <> (outstanding_minor = 0 AND redeemed_minor > 0)
    ORDER BY made_at, credex_id`,
  'what is outstanding is what was posted': `
    SELECT c.credex_id::text AS row FROM ledger.credex c
    LEFT JOIN (SELECT credex_id, sum(amount_minor) AS posted FROM ledger.posting_line WHERE side = 'receivable' GROUP BY credex_id) AS p USING (credex_id)
    WHERE coalesce(p.posted, 0) <> CASE WHEN c.state IN ('owed', 'cleared') THEN c.outstanding_minor ELSE 0 END
    ORDER BY c.made_at, c.credex_id`,
  'a posting has the parties, denomination and securer of its credex': `
    SELECT p.posting_id::text AS row FROM ledger.posting p JOIN ledger.credex c USING (credex_id)
    WHERE p.denomination <> c.denomination OR p.securer_id IS DISTINCT FROM c.securer_id
      OR CASE WHEN p.kind IN ('accept', 'rebase_up') THEN (p.debit_account, p.credit_account) <> (c.receiver_id, c.issuer_id)
              ELSE (p.debit_account, p.credit_account) <> (c.issuer_id, c.receiver_id) END
    ORDER BY p.posting_id`,
  'a securer is an audited account': `
    SELECT c.credex_id::text AS row FROM ledger.credex c JOIN ledger.account a ON a.account_id = c.securer_id WHERE NOT a.audited ORDER BY 1`,
  'every account has its owner among those who may act for it': `
    SELECT a.account_id::text AS row FROM ledger.account a
    WHERE NOT EXISTS (SELECT FROM ledger.account_authorization g WHERE g.account_id = a.account_id AND g.member_id = a.owner_id) ORDER BY 1`,
  'one day is open and has every rate': `
    SELECT coalesce(max(d.day)::text, 'no day') AS row FROM ledger.day d LEFT JOIN ledger.rate r USING (day) WHERE d.closed_at IS NULL
    HAVING count(DISTINCT d.day) <> 1 OR count(r.denomination) <> 5`,
};

/** Verifies every invariant over the whole database, in one moment. Empty when all hold. */
export const checkLedger = (database: Database): Promise<readonly LedgerDifference[]> =>
  database.transact(async (tx) => {
    await tx.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const differences: LedgerDifference[] = [];
    for (const [invariant, rows] of Object.entries(INVARIANTS)) {
      const [first] = await tx.query<{ row: string }>(`SELECT row::text FROM (${rows} LIMIT 1) AS broken`);
      if (first) differences.push({ invariant, row: first.row });
    }
    return differences;
  });
