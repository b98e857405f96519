import { runChat } from '../../simulator/chat.ts';
import { EXIT } from '../exit-codes.ts';
import type { PlainContext } from '../command.ts';

const SIMULATOR_PORT = '8001';

/** One message through the running simulator; prints the reply. */
export const run = ({ args, print, snapshot }: PlainContext): Promise<number> => {
  const { phone } = args.options;
  const message = args.words.join(' ');
  if (typeof phone !== 'string' || message === '') {
    print('usage: chat --phone NUMBER "MESSAGE"   (or button:ID, list:ID, flow:JSON for a tap)');
    return Promise.resolve(EXIT.failed);
  }
  const port = snapshot.values['SIMULATOR_PORT'] ?? SIMULATOR_PORT;
  return runChat({ simulatorUrl: `http://127.0.0.1:${port}`, phone, message, write: print });
};
