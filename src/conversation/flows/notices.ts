import type { Notice } from '../notices/notice.ts';
import { quote } from '../wording/quote.ts';
import type { Step, Turn } from './flow.ts';

/** F22: what happened without the person's doing. Told once, wherever they are; nothing of their visit changes. */
export const tellNotice = ({ wording }: Turn, { what, amount, otherName }: Notice): Step => ({
  step: 'say',
  kind: 'receipt',
  text: wording.notices[what](amount, quote(otherName)),
  session: 'keep',
});
