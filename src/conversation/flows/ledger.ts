import { formatMoney } from '../../base/money.ts';
import { isoTime } from '../../base/clock.ts';
import type { LedgerEntry } from '../../credex/credex.ts';
import type { AskOutcome } from '../decision.ts';
import type { Screen } from '../sessions/session.ts';
import { quote } from '../wording/quote.ts';
import type { Wording } from '../wording/wording.ts';
import { enter, refuseOtherMember } from './entering.ts';
import type { ScreenFlow, Step, Turn } from './flow.ts';
import { becomeMember } from './greeting.ts';
import type { MenuRow } from './menu-row.ts';
import { pickByNumber, showButtons } from './show.ts';

type Of<Name extends Screen['name']> = Extract<Screen, { name: Name }>;
type LedgerOutcome = Extract<AskOutcome, { ask: 'read_ledger' }>;

/** Entries of one page: with their names they stay within 1,024 units. */
const PAGE_ROWS = 7;

const readPage = (startRow: number): Step => ({
  step: 'ask',
  ask: { ask: 'read_ledger', startRow, numRows: PAGE_ROWS },
  carry: { after: 'ledger', startRow },
});

/** F14. */
export const ledgerRow: MenuRow = {
  action: 'ledger',
  say: ({ menu }) => menu.rows.ledger,
  choose: () => readPage(0),
};

const describeEntry = ({ ledger }: Wording, { amount, counterpartyAccountName, acceptedAtMs }: LedgerEntry): string =>
  ledger.entry({
    day: isoTime(acceptedAtMs).slice(0, 10),
    amount: formatMoney(amount),
    other: quote(counterpartyAccountName),
  });

/** A page came: its entries, and the ways to the pages beside it. */
export const showPage = (turn: Turn, { result }: LedgerOutcome, startRow: number): Step => {
  const { wording } = turn;
  if (result === 'core_away') return { step: 'stay', note: wording.core.away };
  if (!result.ok) return becomeMember(turn, result.refusal);
  const { dashboard, page } = result.value;
  const other = refuseOtherMember(turn, dashboard);
  if (other) return other;
  if (page.entries.length === 0 && startRow === 0)
    return enter(turn, dashboard, { screen: { name: 'menu' }, note: wording.ledger.empty });
  const last = startRow + page.entries.length;
  const lines = [
    wording.ledger.head(startRow + 1, last),
    ...page.entries.map((entry) => describeEntry(wording, entry)),
  ];
  return enter(turn, dashboard, {
    screen: { name: 'ledger', startRow, hasMore: page.hasMore },
    note: lines.join('\n\n'),
  });
};

const actionsOf = ({ startRow, hasMore }: Of<'ledger'>): readonly ('older' | 'newer' | 'menu')[] => [
  ...(hasMore ? (['older'] as const) : []),
  ...(startRow > 0 ? (['newer'] as const) : []),
  'menu',
];

export const ledger: ScreenFlow<Of<'ledger'>> = {
  show: ({ live, screen, wording }, note) =>
    showButtons(
      live.nonce,
      note ?? wording.ledger.body,
      actionsOf(screen).map((action) => ({ action, title: wording.ledger[action] })),
    ),
  hear: (turn, text) => {
    const action = pickByNumber(actionsOf(turn.screen), text);
    const step = action === undefined ? undefined : ledger.choose(turn, action);
    return step ?? { step: 'stay', note: turn.wording.begin.unknownText };
  },
  choose: ({ screen: { startRow, hasMore }, wording }, action) => {
    if (action === 'older' && hasMore) return readPage(startRow + PAGE_ROWS);
    if (action === 'newer' && startRow > 0) return readPage(Math.max(0, startRow - PAGE_ROWS));
    return action === 'menu' ? { step: 'go', screen: { name: 'menu' }, note: wording.menu.body } : undefined;
  },
  cancel: ({ wording }) => ({ step: 'go', screen: { name: 'menu' }, note: wording.menu.body }),
};
