import { systemClock } from '../../src/base/clock.ts';
import { createSimulator, type Simulator } from '../../src/simulator/simulator.ts';
import type { Fleet } from './fleet.ts';

/** Meta sends each status by itself when little happens and batches when much does. */
const STATUSES_PER_WEBHOOK = 20;

/** Sockets that post whatever is queued, one request at a time each. */
export const sendQueued = (
  port: number,
  queue: Buffer[],
  onWait: (wake: () => void) => void,
): { readonly stop: () => void } => {
  const idle: ((request: Buffer) => void)[] = [];
  let stopped = false;
  onWait(() => {
    while (idle.length > 0 && queue.length > 0) idle.pop()?.(queue.shift() as Buffer);
  });
  void import('node:net').then(({ connect }) => {
    for (let index = 0; index < 64; index += 1) {
      const socket = connect({ port, host: '127.0.0.1', noDelay: true });
      const take = (): void => {
        const request = queue.shift();
        if (stopped) socket.destroy();
        else if (request) socket.write(request);
        else idle.push((later) => socket.write(later));
      };
      socket.on('connect', take);
      // Answers are small and come whole: one chunk is one answer.
      socket.on('data', take);
      socket.on('error', () => undefined);
    }
  });
  return {
    stop: () => {
      stopped = true;
    },
  };
};

export const openGraph = async (
  fleet: Pick<Fleet, 'config'>,
  webhookUrl: string,
  statuses: 'delivered' | 'none',
): Promise<Simulator> => {
  const { whatsapp } = fleet.config;
  const [appSecret] = whatsapp.appSecrets;
  const [verifyToken] = whatsapp.verifyTokens;
  if (!appSecret || !verifyToken) throw new Error('no secrets');
  return createSimulator({
    host: '127.0.0.1',
    port: 0,
    webhookUrls: [webhookUrl],
    appSecret,
    verifyToken,
    accessToken: whatsapp.accessToken,
    phoneNumberId: whatsapp.phoneNumberId,
    businessId: whatsapp.businessId,
    displayPhoneNumber: '15550001000',
    clock: systemClock,
    settings: { statuses, windowMs: Infinity, historyMax: 2, sentMax: 10, statusesPerWebhook: STATUSES_PER_WEBHOOK },
  });
};
