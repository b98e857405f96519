import { isoTime, type Clock } from '../../base/clock.ts';
import { formatAmount, formatMoney } from '../../base/money.ts';
import type { Ledger } from '../ledger.ts';
import type { LedgerEntry } from '../payments/pages.ts';
import { pageBody, readBody } from './body-schema.ts';
import type { Endpoint } from './endpoints.ts';
import { refuse, refuseBody, succeed } from './envelope.ts';
import type { Gate } from './gate.ts';
import { presentDashboard } from './present.ts';

/** An account's ledger, with the whole dashboard beside it: clients keep whatever dashboard they are given. */
export const createPageEndpoint = ({
  ledger,
  clock,
  gate,
}: {
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly gate: Gate;
}): Endpoint => ({
  path: '/getLedger',
  serve: gate.authenticated(async ({ body }, { memberId }) => {
    const read = readBody(pageBody, body);
    if ('refusal' in read) return refuseBody(read.refusal, clock.now());
    const { accountID, startRow, numRows } = read.value;
    const page = await ledger.readPage({ memberId, accountId: accountID, startRow, numRows });
    if (!page.ok) return refuse(page.refusal, clock.now());
    const snapshot = await ledger.readDashboard(memberId);
    if (!snapshot.ok) return refuse(snapshot.refusal, clock.now());
    const entries = page.value.entries.map(presentEntry);
    const pagination = { startRow, numRows, hasMore: page.value.hasMore };
    return succeed(
      {
        ...{ status: 200, message: 'Ledger retrieved', type: 'LEDGER_RETRIEVED', id: accountID, actor: memberId },
        details: { accountID, ledger: entries, pagination },
        dashboard: { ...presentDashboard(snapshot.value), ledger: entries, pagination },
      },
      clock.now(),
    );
  }),
});

const presentEntry = ({ credexId, amount, counterpartyAccountName, acceptedAtMs, cleared }: LedgerEntry) => ({
  credexID: credexId,
  timestamp: isoTime(acceptedAtMs),
  type: cleared ? 'CLEARED' : 'OWES',
  amount: formatAmount(amount),
  denomination: amount.denomination,
  description: `${amount.amountMinor < 0n ? 'Payment to' : 'Payment from'} ${counterpartyAccountName}`,
  counterpartyAccountName,
  formattedAmount: formatMoney(amount),
});
