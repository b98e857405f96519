/** A piece of a message as WhatsApp shows it. Only text ever comes out: nothing here becomes HTML. */
export type Mark =
  | { readonly kind: 'plain' | 'mono' | 'link'; readonly text: string }
  | { readonly kind: 'bold' | 'italic' | 'strike'; readonly marks: readonly Mark[] };

const SPANS = { '*': 'bold', _: 'italic', '~': 'strike' } as const;
type Delimiter = keyof typeof SPANS;
/** How far a closing sign is looked for. */
const SPAN_MAX = 1000;
const LINK = /https?:\/\/[^\s<>"']{1,2000}/y;
const WORD = /[\p{L}\p{N}]/u;

const isDelimiter = (unit: string | undefined): unit is Delimiter => unit === '*' || unit === '_' || unit === '~';
const isSpace = (unit: string | undefined): boolean => unit === undefined || /\s/.test(unit);
const isWord = (unit: string | undefined): boolean => unit !== undefined && WORD.test(unit);

/**
 * Where the span opened at `start` ends: on the same line, no space inside its edges, no word right outside them.
 * `scanned` remembers up to where there is no end of this sign, so that a line of openers is read once, not once each.
 */
const findEnd = (text: string, start: number, scanned: Map<string, number>): number => {
  const sign = text[start] ?? '';
  if (isWord(text[start - 1]) || isSpace(text[start + 1]) || text[start + 1] === sign) return -1;
  const last = Math.min(text.length, start + SPAN_MAX);
  let at = Math.max(start + 1, scanned.get(sign) ?? 0);
  for (; at < last && text[at] !== '\n'; at += 1)
    if (text[at] === sign && !isSpace(text[at - 1]) && !isWord(text[at + 1])) return at;
  scanned.set(sign, at);
  return -1;
};

const findMono = (text: string, start: number): { readonly text: string; readonly end: number } | undefined => {
  const fence = text.startsWith('```', start) ? '```' : text[start] === '`' ? '`' : undefined;
  if (fence === undefined) return undefined;
  const close = text.indexOf(fence, start + fence.length);
  const inner = text.slice(start + fence.length, close);
  const fits =
    close > start + fence.length && close - start < SPAN_MAX * 4 && (fence === '```' || !inner.includes('\n'));
  return fits ? { text: inner, end: close + fence.length } : undefined;
};

const findLink = (text: string, start: number): string | undefined => {
  if (text[start] !== 'h' || isWord(text[start - 1])) return undefined;
  LINK.lastIndex = start;
  return LINK.exec(text)?.[0].replace(/[.,;:!?)\]]+$/, '');
};

/** WhatsApp's marks: *bold*, _italic_, ~strike~, `mono` and ```mono``` (WhatsApp help, "How to format your messages"). */
export const readMarkUp = (text: string): readonly Mark[] => {
  const marks: Mark[] = [];
  const scanned = new Map<string, number>();
  let plainFrom = 0;
  let at = 0;
  const take = (mark: Mark, end: number): void => {
    if (at > plainFrom) marks.push({ kind: 'plain', text: text.slice(plainFrom, at) });
    marks.push(mark);
    at = end;
    plainFrom = end;
  };
  while (at < text.length) {
    const unit = text[at];
    const mono = unit === '`' ? findMono(text, at) : undefined;
    const link = unit === 'h' ? findLink(text, at) : undefined;
    const end = isDelimiter(unit) ? findEnd(text, at, scanned) : -1;
    if (mono) take({ kind: 'mono', text: mono.text.replace(/^\n|\n$/g, '') }, mono.end);
    else if (link) take({ kind: 'link', text: link }, at + link.length);
    else if (isDelimiter(unit) && end > 0)
      take({ kind: SPANS[unit], marks: readMarkUp(text.slice(at + 1, end)) }, end + 1);
    else at += 1;
  }
  if (at > plainFrom) marks.push({ kind: 'plain', text: text.slice(plainFrom) });
  return marks;
};

/** The words of a message without its marks, for a line of preview. */
export const readPlainText = (text: string): string => {
  const flatten = (marks: readonly Mark[]): string =>
    marks.map((mark) => ('text' in mark ? mark.text : flatten(mark.marks))).join('');
  return flatten(readMarkUp(text));
};
