/** What a quick command says, still in its writer's words: `[DENOM] AMOUNT [DENOM] => HANDLE` (F7). */
export type OfferCommand = { readonly amount: string; readonly handle: string };

export type CommandMistake = 'unsecured' | 'dated' | 'incomplete' | 'two_arrows';

/** The longest text that can be a command; the rest is not looked into. */
const COMMAND_MAX = 200;

/** Undefined for a text without an arrow: that is no command. */
export const readOfferCommand = (text: string): OfferCommand | { readonly mistake: CommandMistake } | undefined => {
  if (text.length > COMMAND_MAX) return undefined;
  const arrows = text.match(/[=-]>/g);
  if (!arrows) return undefined;
  if (arrows.length > 1) return { mistake: 'two_arrows' };
  if (arrows[0] === '->') return { mistake: 'unsecured' };
  const [amount = '', rest = ''] = text.split('=>').map((part) => part.trim());
  if (rest.includes('=')) return { mistake: 'dated' };
  return amount === '' || rest === '' ? { mistake: 'incomplete' } : { amount, handle: rest };
};
