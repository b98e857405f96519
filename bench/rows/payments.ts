import { systemClock } from '../../src/base/clock.ts';
import { createDatabase } from '../../src/base/database.ts';
import type { Phone } from '../../src/base/phone.ts';
import type { Result } from '../../src/base/result.ts';
import { createLedger } from '../../src/ledger/ledger.ts';
import { seedDemo, seedMembers } from '../../src/ledger/seed.ts';
import type { Config } from '../../src/main/config.ts';
import type { Simulator } from '../../src/simulator/simulator.ts';
import type { Sent } from '../../src/simulator/sent.ts';
import { openFleet, readFleetConfig } from '../support/fleet.ts';
import { openGraph, sendQueued } from '../support/graph.ts';
import { createWebhookWriter, memberPhone, type WebhookWriter } from '../support/webhooks.ts';

const PAIRS = 1_000;
const IN_FLIGHT = 100;
const WARM_UP = 200;
const CONVERSATIONS = 2_000;
const GIVEN_CENTS = 100n;
const TRUST_OWNER = '263770000012' as Phone;

export type PaymentsRow = {
  readonly perSecond: number;
  readonly messagesPerSecond: number;
  readonly p95Ms: number;
  readonly inFlight: number;
};

type Stage = { readonly simulator: Simulator; readonly port: number; readonly writer: WebhookWriter };

const payerOf = (pair: number): string => memberPhone(10_000 + pair);
const payeeOf = (pair: number): string => memberPhone(20_000 + pair);

type Interactive = {
  readonly action?: {
    readonly buttons?: readonly { readonly reply: { readonly id: string } }[];
    readonly sections?: readonly { readonly rows: readonly { readonly id: string }[] }[];
  };
};

/** The first button or row of what the bot sent; undefined for a text, which is a notice here. */
const firstChoice = ({
  request,
}: Sent): { readonly kind: 'button_reply' | 'list_reply'; readonly id: string } | undefined => {
  const { action } = (request['interactive'] ?? {}) as Interactive;
  const button = action?.buttons?.[0]?.reply.id;
  if (button !== undefined) return { kind: 'button_reply', id: button };
  const row = action?.sections?.[0]?.rows[0]?.id;
  return row === undefined ? undefined : { kind: 'list_reply', id: row };
};

/** Greet, offer, confirm; then the other side: list, choose, accept, confirm. Seven messages, each after its answer. */
const SCRIPT = ['greet', 'offer', 'confirm', 'list', 'choose', 'accept', 'confirm acceptance'] as const;
const BY_PAYEE = 3;

const play = async (
  { simulator, port, writer }: Stage,
  conversations: number,
): Promise<{ readonly seconds: number; readonly p95Ms: number }> => {
  const startedAt = performance.now();
  const queue: Buffer[] = [];
  let waiting: (() => void) | undefined;
  const post = (request: Buffer): void => {
    queue.push(request);
    waiting?.();
  };
  const sender = sendQueued(port, queue, (wake) => {
    waiting = wake;
  });
  /** Where each conversation is, by who is expected to be answered. */
  const under = new Map<string, { readonly pair: number; step: number; readonly beganAt: number }>();
  const latencies: number[] = [];
  let begun = 0;
  const finished = Promise.withResolvers<void>();
  const begin = (): void => {
    if (begun >= conversations) return;
    const pair = begun % PAIRS;
    begun += 1;
    under.set(payerOf(pair), { pair, step: 0, beganAt: performance.now() });
    post(writer.write(payerOf(pair), 'hi'));
  };
  const stop = simulator.sent.onAccepted((sent) => {
    const at = under.get(sent.who);
    const choice = firstChoice(sent);
    if (!at || !choice) return;
    at.step += 1;
    if (at.step === SCRIPT.length) {
      under.delete(sent.who);
      latencies.push(performance.now() - at.beganAt);
      if (latencies.length === conversations) finished.resolve();
      begin();
    } else if (at.step === 1) post(writer.write(sent.who, `0.01 USD=>${payeeOf(at.pair)}`));
    else if (at.step === BY_PAYEE) {
      under.delete(sent.who);
      under.set(payeeOf(at.pair), at);
      post(writer.write(payeeOf(at.pair), 'offers'));
    } else post(writer.tap(sent.who, choice.kind, choice.id));
  });
  for (let index = 0; index < IN_FLIGHT; index += 1) begin();
  const timeout = setTimeout(
    () =>
      finished.reject(new Error(`${String(conversations - latencies.length)} of ${String(conversations)} never ended`)),
    180_000,
  );
  await finished.promise;
  clearTimeout(timeout);
  stop();
  sender.stop();
  latencies.sort((a, b) => a - b);
  return {
    seconds: (performance.now() - startedAt) / 1000,
    p95Ms: latencies[Math.floor(latencies.length * 0.95)] ?? 0,
  };
};

const valueOf = <T>(result: Result<T, string>): T => {
  if (!result.ok) throw new Error(result.refusal);
  return result.value;
};

/** Two thousand members, half of them with a dollar each from the demo's trust. */
const seedPairs = async (databaseUrl: string, config: Config): Promise<void> => {
  const database = createDatabase({ url: databaseUrl, connectionsMax: 4, applicationName: 'bench', timeoutMs: 60_000 });
  const deps = { database, ring: config.keyRing, clock: systemClock };
  await seedDemo(deps);
  const pairs = Array.from({ length: PAIRS }, (_, pair) => pair);
  await seedMembers(deps, pairs.flatMap((pair) => [payerOf(pair), payeeOf(pair)]) as Phone[]);
  const ledger = createLedger(deps);
  const trust = valueOf(await ledger.findAccountByHandle('trust_usd'));
  const owner = valueOf(await ledger.findMemberByPhone(TRUST_OWNER));
  for (const pair of pairs) {
    const { member, accounts } = valueOf(await ledger.logIn(payerOf(pair) as Phone));
    const amount = { amountMinor: GIVEN_CENTS, denomination: 'USD' } as const;
    const [account] = accounts;
    if (!account) throw new Error('a member has an account');
    const offer = { memberId: owner.memberId, issuerId: trust.accountId, receiverId: account.accountId, amount };
    const { credexId } = valueOf(await ledger.offerCredex(offer));
    valueOf(await ledger.acceptCredex({ memberId: member.memberId, credexId }));
  }
  await database.close();
};

/** Row 3: whole payments between two members through WhatsApp's webhooks and the embedded ledger, notices included. */
export const measurePayments = async (dataDir: string, port: number, databaseUrl: string): Promise<PaymentsRow> => {
  const config = readFleetConfig({ dataDir, environment: { PORT: String(port) } });
  const [appSecret] = config.whatsapp.appSecrets;
  if (!appSecret) throw new Error('no app secret');
  const writer = createWebhookWriter(config.whatsapp.phoneNumberId, appSecret);
  await seedPairs(databaseUrl, config);
  const simulator = await openGraph({ config }, `http://127.0.0.1:${String(port)}/bot/webhook`, 'delivered');
  const environment = { PORT: String(port), WHATSAPP_API_URL: simulator.url, LIMIT_SEND_PER_SECOND: '1000000' };
  const fleet = await openFleet({ dataDir, roles: ['serve', 'work'], environment });
  try {
    await play({ simulator, port, writer }, WARM_UP);
    const { seconds, p95Ms } = await play({ simulator, port, writer }, CONVERSATIONS);
    return {
      perSecond: CONVERSATIONS / seconds,
      messagesPerSecond: (SCRIPT.length * CONVERSATIONS) / seconds,
      p95Ms,
      inFlight: IN_FLIGHT,
    };
  } finally {
    await fleet.stop();
    await simulator.close();
  }
};
