declare const fitted: unique symbol;
/** Text that is known to fit a limit of `Max` UTF-16 units; only `fitText` makes it. */
export type Fitted<Max extends number> = string & { readonly [fitted]: Max };

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });
const ELLIPSIS = '…';

/** Cuts to `max` UTF-16 units without splitting a grapheme (family emoji, combining marks); a cut text ends in an ellipsis. */
export const fitText = <Max extends number>(text: string, max: Max): Fitted<Max> => {
  if (text.length <= max) return text as Fitted<Max>;
  let kept = '';
  for (const { segment } of segmenter.segment(text)) {
    if (kept.length + segment.length > max - ELLIPSIS.length) break;
    kept += segment;
  }
  return `${kept.trimEnd()}${ELLIPSIS}` as Fitted<Max>;
};
