import { createCommitter, type CommitDeps } from '../../conversation/turns/commit.ts';
import { decide } from '../../conversation/decide.ts';
import { createIdentityReader } from '../../conversation/turns/identity-store.ts';
import { createRunTurn } from '../../conversation/conversation.ts';
import type { SpendQuota } from '../../conversation/turns/load-state.ts';
import { understandMessage } from '../../conversation/understanding/understand.ts';
import type { SessionStore } from '../../conversation/sessions/session.ts';
import { createDelivery, type Delivery } from '../../delivery/delivery.ts';
import type { Credex } from '../../credex/credex.ts';
import { createGraphClient, type SendClient } from '../../delivery/graph/graph-client.ts';
import { sealReply, type SealedReply } from '../../delivery/seal-reply.ts';
import { keepReplies } from '../../delivery/store.ts';
import type { AtKillPoint } from '../../base/kill-point.ts';
import { utcDay } from '../../base/clock.ts';
import { describeError } from '../../base/fault.ts';
import { dropOldDays, joinStrayReceipts } from '../../intake/retention-store.ts';
import { newChance, type IdentityId } from '../../base/id.ts';
import { createPayments } from '../../payment/payments.ts';
import { rearmTimers } from '../../payment/rearm.ts';
import { sealWork } from '../../payment/seal-facts.ts';
import { keepPaymentWork } from '../../payment/work-store.ts';
import { createLanes, type Lanes } from '../../queue/lanes.ts';
import type { RunTurn } from '../../queue/queue.ts';
import { readWaitingMessages, sweepLanes } from '../../queue/store.ts';
import { hashWamid, WAMID_INDEX_KEY } from '../../security/wamid.ts';
import { composeCredex } from './core.ts';
import type { Ground } from './ground.ts';
import { openNoticeJob } from './notices.ts';
import { composeMemory } from './memory.ts';

const SWEEP_EVERY_MS = 60_000;

export type WorkerDeps = {
  readonly isolate: (identityId: IdentityId) => Promise<void>;
  readonly bury: (identityId: IdentityId) => Promise<void>;
  /** Where rows marked for the simulator go; absent = where all go. */
  readonly simulatorUrl?: string;
  /** Another core than the configured one: tests make it fail. */
  readonly credex?: Credex;
  readonly at?: AtKillPoint;
};

export type Worker = {
  readonly lanes: Lanes;
  readonly delivery: Delivery;
  readonly close: () => Promise<void>;
};

/** Turns of this process: everything between a claim and its commit. */
export const composeTurn = (ground: Ground, credex: Credex, at?: AtKillPoint): RunTurn => {
  const { config, clock, noteEvent, metrics, database, keyStore } = ground;
  const { sessions, spendQuota }: { sessions: SessionStore; spendQuota: SpendQuota } = composeMemory(ground);
  const commitDeps: CommitDeps<SealedReply> = { database, clock, metrics, keepReplies, keepPaymentWork };
  const { idempotency } = config.core;
  const payments = createPayments({
    database,
    clock,
    keys: keyStore,
    credex,
    idempotency,
    noteEvent,
    ...(at && { at }),
  });
  return createRunTurn<SealedReply>({
    clock,
    noteEvent,
    metrics,
    keyStore,
    ring: config.keyRing,
    phoneNumberId: config.whatsapp.phoneNumberId,
    messageAgeMaxMs: config.limits.messageAgeMinutes * 60_000,
    decide,
    understand: understandMessage,
    sessions,
    spendQuota,
    credex,
    payments,
    sealWork: (work) => sealWork(keyStore, work),
    identities: createIdentityReader(database),
    readWaiting: (claim, limit) => readWaitingMessages(database, claim, limit),
    sealReply: (message) => sealReply(keyStore, message, clock.now()),
    commit: createCommitter(commitDeps),
    ...(at && { at }),
  });
};

const composeGraph = (ground: Ground, url: string): SendClient => {
  const { whatsapp, outbound } = ground.config;
  const [appSecret] = whatsapp.appSecrets;
  return createGraphClient({
    url,
    version: whatsapp.apiVersion,
    phoneNumberId: whatsapp.phoneNumberId,
    accessToken: whatsapp.accessToken,
    appSecret: appSecret as NonNullable<typeof appSecret>,
    ...(outbound.caPem === undefined ? {} : { caPem: outbound.caPem }),
  });
};

/** The small jobs: each harmless to repeat and to miss once, and none in another's way. */
const sweepOnce = async ({ database, clock, keyStore, noteEvent }: Ground): Promise<void> => {
  const jobs = [
    () => sweepLanes(database, clock.offsetMs()),
    () => rearmTimers({ database, clock, keys: keyStore }),
    () => joinStrayReceipts(database),
    () => dropOldDays(database, utcDay(clock.now())),
  ];
  for (const job of jobs) {
    await job().catch((error: unknown) =>
      noteEvent('conversation.dependency_away', { reason: 'sweep', detail: describeError(error) }),
    );
  }
};

/** Lanes, delivery and the small jobs. Holds nothing that another worker could not take over. */
export const openWorker = async (ground: Ground, deps: WorkerDeps): Promise<Worker> => {
  const { config, clock, noteEvent, metrics, database, looseDatabase, keyStore } = ground;
  const wamidKey = await keyStore.getKey(WAMID_INDEX_KEY);
  const graph = composeGraph(ground, config.whatsapp.apiUrl);
  const simulator = deps.simulatorUrl === undefined ? undefined : composeGraph(ground, deps.simulatorUrl);
  const delivery = createDelivery({
    database,
    looseDatabase,
    clock,
    keys: keyStore,
    graph,
    ...(simulator && { simulator }),
    hashWamid: (wamid) => hashWamid(wamidKey, config.whatsapp.phoneNumberId, wamid),
    noteEvent,
    metrics,
    limits: config.limits,
    chance: newChance,
    ...(deps.at && { at: deps.at }),
  });
  const core = deps.credex ? { credex: deps.credex, close: () => Promise.resolve() } : composeCredex(ground);
  const runTurn = composeTurn(ground, core.credex, deps.at);
  const lanes = createLanes({
    database: looseDatabase,
    clock,
    noteEvent,
    runTurn,
    isolate: deps.isolate,
    bury: deps.bury,
  });
  const notices = config.core.url === 'embedded' ? await openNoticeJob(ground) : undefined;
  const unlisten = await Promise.all([database.listen('lane', lanes.wake), database.listen('outbox', delivery.wake)]);
  const sweep = setInterval(() => void sweepOnce(ground), SWEEP_EVERY_MS);
  lanes.start();
  delivery.start();
  return Object.freeze({
    lanes,
    delivery,
    close: async () => {
      clearInterval(sweep);
      await notices?.close();
      await lanes.stop();
      await delivery.stop();
      await Promise.all(unlisten.map((stop) => stop()));
      await Promise.all([graph.close(), simulator?.close(), core.close()]);
    },
  });
};
