import type { MessageTurn, Step } from './flow.ts';

/**
 * People of whom WhatsApp gives only a BSUID: core knows members by number, so they are asked for it, once by
 * WhatsApp's own button and again only when they say "number". About, help and stop are answered before this.
 */
export const askForNumber = ({ person, message, wording }: MessageTurn): Step => {
  if (message.kind === 'contacts')
    return {
      step: 'say',
      text: message.ownPhone === undefined ? wording.number.othersCard : wording.number.notTaken,
      session: 'end',
    };
  const isAskingAgain = message.kind === 'text' && message.text.toLowerCase() === 'number';
  if (!person.wasAskedForNumber || isAskingAgain) return { step: 'request_number', body: wording.number.ask };
  return { step: 'say', text: wording.number.askedBefore, session: 'end' };
};
