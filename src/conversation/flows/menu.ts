import type { Screen } from '../sessions/session.ts';
import { aboutRow, helpRow } from './about.ts';
import type { ScreenFlow } from './flow.ts';
import { refresh } from './greeting.ts';
import type { MenuRow } from './menu-row.ts';
import { pickByNumber, showList } from './show.ts';

const balancesRow: MenuRow = { action: 'balances', say: ({ menu }) => menu.rows.balances, choose: refresh };

/** What a member can do, in this order; a new flow adds its row here. */
export const MENU_ROWS: readonly MenuRow[] = [balancesRow, aboutRow, helpRow];

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
    pickByNumber(MENU_ROWS, text)?.choose(turn) ?? { step: 'stay', note: turn.wording.begin.unknownText },
  choose: (turn, action) => MENU_ROWS.find((row) => row.action === action)?.choose(turn),
  cancel: ({ wording }) => ({ step: 'stay', note: wording.begin.nothingToCancel }),
};
