import type { MenuRow } from './menu-row.ts';
import type { Step, Turn } from './flow.ts';

/** F3: what this is. The screen stays; its question is put again below. */
export const tellAbout = ({ wording }: Turn): Step => ({ step: 'stay', note: wording.about });

export const tellHelp = ({ wording }: Turn): Step => ({ step: 'stay', note: wording.help });

export const aboutRow: MenuRow = { action: 'about', say: ({ menu }) => menu.rows.about, choose: tellAbout };
export const helpRow: MenuRow = { action: 'help', say: ({ menu }) => menu.rows.help, choose: tellHelp };
