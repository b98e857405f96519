import { systemClock } from '../../base/clock.ts';
import { WEBHOOK_PATH } from '../../intake/route.ts';
import { DEMO_MEMBERS } from '../../ledger/demo.ts';
import { DISPLAY_PHONE_NUMBER } from '../../simulator/business.ts';
import { buildPage } from '../../simulator/page/build-page.ts';
import { createSimulator, type Simulator } from '../../simulator/simulator.ts';
import type { CommandContext } from '../command.ts';

/** The simulator of a running installation: chat page, demo members, webhooks to the door on `PORT`. */
export const openSimulator = async ({ config }: CommandContext): Promise<Simulator> => {
  const { whatsapp, web, simulator } = config;
  const [appSecret] = whatsapp.appSecrets;
  const [verifyToken] = whatsapp.verifyTokens;
  if (!appSecret || !verifyToken || !simulator) throw new Error('the simulator runs in development and test only');
  const pageDirectory = await buildPage();
  return createSimulator({
    host: web.host,
    port: simulator.port,
    webhookUrls: [`http://${web.host}:${String(web.port)}${WEBHOOK_PATH}`],
    appSecret,
    verifyToken,
    accessToken: whatsapp.accessToken,
    phoneNumberId: whatsapp.phoneNumberId,
    businessId: whatsapp.businessId,
    displayPhoneNumber: DISPLAY_PHONE_NUMBER,
    clock: systemClock,
    people: DEMO_MEMBERS.map(({ number, firstname, lastname }) => ({
      phone: number,
      name: `${firstname} ${lastname}`,
    })),
    pageDirectory,
  });
};
