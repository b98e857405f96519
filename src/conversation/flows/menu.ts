import type { Screen } from '../sessions/session.ts';
import { aboutRow, helpRow } from './about.ts';
import type { ScreenFlow } from './flow.ts';
import { refresh } from './greeting.ts';
import { ledgerRow } from './ledger.ts';
import type { MenuRow } from './menu-row.ts';
import { offerRow } from './offer.ts';
import { offersInRow, offersOutRow } from './offers.ts';
import { pickByNumber, showList } from './show.ts';

const balancesRow: MenuRow = { action: 'balances', say: ({ menu }) => menu.rows.balances, choose: refresh };

/** What a member can do, in this order; a new flow adds its row here. */
export const MENU_ROWS: readonly MenuRow[] = [
  balancesRow,
  offerRow,
  offersInRow,
  offersOutRow,
  ledgerRow,
  aboutRow,
  helpRow,
];

/** Rows that may be called by name, from the menu or as somebody's first word. */
const NAMED: Readonly<Record<string, MenuRow>> = {
  send: offerRow,
  pay: offerRow,
  offer: offerRow,
  offers: offersInRow,
  'my offers': offersOutRow,
  ledger: ledgerRow,
  history: ledgerRow,
};

export const readMenuName = (text: string): MenuRow | undefined => {
  const name = text.toLowerCase();
  return Object.hasOwn(NAMED, name) ? NAMED[name] : undefined;
};

/** Where a member is between two journeys: below the dashboard, or below whatever was just said. */
export const menu: ScreenFlow<Extract<Screen, { name: 'menu' }>> = {
  show: ({ live, wording }, note) =>
    showList({
      nonce: live.nonce,
      body: note ?? wording.menu.body,
      button: wording.menu.button,
      section: wording.menu.section,
      rows: MENU_ROWS.map(({ action, say }) => ({ action, ...say(wording) })),
    }),
  hear: (turn, text) =>
    pickByNumber(MENU_ROWS, text)?.choose(turn) ?? {
      step: 'stay',
      note: turn.wording.begin.unknownText,
    },
  choose: (turn, action) => MENU_ROWS.find((row) => row.action === action)?.choose(turn),
  cancel: ({ wording }) => ({ step: 'stay', note: wording.begin.nothingToCancel }),
};
