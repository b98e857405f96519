import type { RowWording, Wording } from '../wording/wording.ts';
import type { Step, Turn } from './flow.ts';

/**
 * One row of the menu. A flow that begins at the menu exports its row, and menu.ts lists it. Rows are the same for every
 * member at every time, so that a number typed by heart always means the same.
 */
export type MenuRow = {
  readonly action: string;
  readonly say: (wording: Wording) => RowWording;
  readonly choose: (turn: Turn) => Step;
};
