import { systemClock } from '../../src/base/clock.ts';
import { createLog } from '../../src/base/log.ts';
import { readWaId } from '../../src/base/phone.ts';
import type { Result } from '../../src/base/result.ts';
import { DEMO_ACCOUNTS, DEMO_MEMBERS } from '../../src/ledger/demo.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { composeLedger } from '../../src/main/compose/core.ts';
import { createGround } from '../../src/main/compose/ground.ts';
import { openLedgerServer } from '../../src/main/compose/ledger-server.ts';
import { seedDemoMembers } from '../../src/main/compose/role.ts';
import type { Config } from '../../src/main/config.ts';

/** Who pays in a town: newcomers whom the trust has given enough for hundreds of small payments. */
export const PAYERS: readonly string[] = Array.from({ length: 30 }, (_, index) => `26377000${String(7_010 + index)}`);
const TRUST_OWNER = '263770000012';
const GIVEN_CENTS = 2_000n;

const valueOf = <T>(result: Result<T, string>): T => {
  if (!result.ok) throw new Error(result.refusal);
  return result.value;
};

const enrol = async (ledger: Ledger): Promise<void> => {
  const trust = valueOf(await ledger.findAccountByHandle('trust_usd'));
  const owner = valueOf(await ledger.findMemberByPhone(readWaId(TRUST_OWNER)!));
  for (const number of PAYERS) {
    const names = { firstname: 'Payer', lastname: 'Numbered', defaultDenomination: 'USD' } as const;
    const { member, accounts } = valueOf(await ledger.registerMember({ phone: readWaId(number)!, ...names }));
    const amount = { amountMinor: GIVEN_CENTS, denomination: 'USD' } as const;
    const receiverId = accounts[0]!.accountId;
    const offer = { memberId: owner.memberId, issuerId: trust.accountId, receiverId, amount };
    const { credexId } = valueOf(await ledger.offerCredex(offer));
    valueOf(await ledger.acceptCredex({ memberId: member.memberId, credexId }));
  }
};

type LedgerParts = { readonly config: Config; readonly databaseUrl: string; readonly port: number };

/** The town's ledger with its members, served over HTTP too; it outlives every worker. */
export const openTownLedger = async ({ config, databaseUrl, port }: LedgerParts) => {
  const ground = createGround({
    config,
    clock: systemClock,
    log: createLog({ level: 'error', env: 'test', role: 'ledger', version: '0', write: () => undefined }),
    role: 'ledger',
    databaseUrl,
    ledgerDatabaseUrl: databaseUrl,
    redisUrl: undefined,
  });
  await seedDemoMembers(ground);
  const server = await openLedgerServer(ground, { host: '127.0.0.1', port });
  const townLedger = composeLedger(ground);
  const { findAccountByHandle } = townLedger;
  await enrol(townLedger);
  const handles = [
    ...PAYERS,
    ...DEMO_MEMBERS.map(({ number }) => number),
    ...DEMO_ACCOUNTS.map(({ handle }) => handle),
  ];
  return {
    accounts: () =>
      Promise.all(
        handles.map(async (handle) => {
          const found = await findAccountByHandle(handle);
          return [handle, found.ok ? found.value.accountId : ''] as const;
        }),
      ),
    close: async () => {
      await server.close();
      await ground.close();
    },
  };
};
