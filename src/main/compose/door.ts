import { utcDay } from '../../base/clock.ts';
import type { AtKillPoint } from '../../base/kill-point.ts';
import { createKeeper } from '../../intake/keep.ts';
import { createReceiver } from '../../intake/receive.ts';
import { addWebhookRoutes, WEBHOOK_PATH } from '../../intake/route.ts';
import { makeInputDays } from '../../intake/store.ts';
import { createHttpServer } from '../http-server.ts';
import { addHealthRoutes } from '../ops-server.ts';
import { composeReadiness } from './ops.ts';
import type { Ground } from './ground.ts';

const DAYS_EVERY_MS = 60_000;

export type Door = { readonly url: string; readonly webhookUrl: string; readonly close: () => Promise<void> };

export type DoorDeps = { readonly host: string; readonly port: number; readonly at?: AtKillPoint };

/** The door: WhatsApp's webhook on `PORT`. Holds nothing; run as many as needed. */
export const openDoor = async (ground: Ground, where: DoorDeps): Promise<Door> => {
  const { config, clock, noteEvent, metrics, database, keyStore } = ground;
  const makeDays = (): Promise<unknown> => makeInputDays(database, utcDay(clock.now()));
  await makeDays();
  const days = setInterval(() => void makeDays().catch(() => undefined), DAYS_EVERY_MS);
  const keeper = createKeeper({ database, clock, noteEvent, metrics });
  const app = createHttpServer({ noteEvent, ...config.web });
  addWebhookRoutes(app, {
    receiveSigned: createReceiver({ clock, keyStore, keeper, phoneNumberId: config.whatsapp.phoneNumberId, noteEvent }),
    appSecrets: config.whatsapp.appSecrets,
    verifyTokens: config.whatsapp.verifyTokens,
    noteEvent,
    allowMock: config.environment === 'development',
    ...(where.at && { at: where.at }),
  });
  addHealthRoutes(app, composeReadiness(ground));
  await app.listen({ host: where.host, port: where.port });
  const address = app.server.address();
  const port = typeof address === 'object' && address !== null ? address.port : where.port;
  const url = `http://${where.host}:${String(port)}`;
  return Object.freeze({
    url,
    webhookUrl: `${url}${WEBHOOK_PATH}`,
    close: async () => {
      clearInterval(days);
      await app.close();
      await keeper.idle();
    },
  });
};
