import type { MessageTurn, Step } from './flow.ts';

/**
 * People of whom WhatsApp gives only a BSUID: core knows members by number, so they are asked for it, once by
 * WhatsApp's own button and again only when they say "number". About, help and stop are answered before this.
 */
export const askForNumber = ({ person, message, wording }: MessageTurn): Step => {
  const isAskingAgain = message.kind === 'text' && message.text.toLowerCase() === 'number';
  if (!person.wasAskedForNumber || isAskingAgain) return { step: 'request_number', body: wording.number.ask };
  // Their number came and the identity still has none: it could not be attached.
  if (message.kind === 'contacts' && message.ownPhone !== undefined)
    return { step: 'say', text: wording.number.notTaken, session: 'end' };
  return {
    step: 'say',
    text: message.kind === 'contacts' ? wording.number.othersCard : wording.number.askedBefore,
    session: 'end',
  };
};
