import { assert } from '../base/assert.ts';
import { utcDay, type Clock } from '../base/clock.ts';
import type { Database, Transactor } from '../base/database.ts';
import { newUuid } from '../base/id.ts';
import type { Denomination } from '../base/money.ts';
import { readWaId, type Phone } from '../base/phone.ts';
import type { KeyRing } from '../security/keyring.ts';
import { createKeyStore } from '../security/store.ts';
import { acceptOffers, insertOffers, type NewCredex } from './credex-store.ts';
import { openFirstDay, readToday } from './day-store.ts';
import { DEMO_ACCOUNTS, DEMO_DEALS, DEMO_MEMBERS, DEMO_OFFERING, FIRST_RATES, type DemoDeal } from './demo.ts';
import { makePerson } from './members/make-person.ts';
import { insertAccounts, insertMembers, type NewAccountRow, type NewMemberRow } from './members/member-store.ts';
import { createPeople, type IndexKind, type MemberKey, type People } from './members/people.ts';
import { hasHandle, lockSeed } from './seed-store.ts';

export type SeedDeps = { readonly database: Database; readonly ring: KeyRing; readonly clock: Clock };

type Index = (kind: IndexKind, value: string) => Buffer;
type Seeding = { readonly tx: Transactor; readonly people: People; readonly index: Index; readonly clock: Clock };

const FOUNDATION = 'credex_foundation';
const OPERATIONS = 'vimbiso_ops';
const DAY_MS = 86_400_000;

const seed = async ({ database, ring, clock }: SeedDeps, act: (seeding: Seeding) => Promise<void>): Promise<void> => {
  const people = createPeople({ ring, keys: createKeyStore({ database, ring, schema: 'ledger' }) });
  const index = await people.loadIndexer();
  await database.transact(async (tx) => {
    await lockSeed(tx);
    await act({ tx, people, index, clock });
  });
};

/**
 * What every ledger needs before its first member: the first day with its rates, the foundation, and the operations
 * account. Does nothing where that is there.
 */
export const initLedger = (
  deps: SeedDeps,
  rates: Readonly<Record<Denomination, string>> = FIRST_RATES,
): Promise<void> =>
  seed(deps, async ({ tx, people, index, clock }) => {
    if (await hasHandle(tx, index('account_handle', FOUNDATION))) return;
    await openFirstDay(tx, { day: utcDay(clock.now()), rates, offsetMs: clock.offsetMs() });
    const house = makeHouse(people, index);
    await insertMembers(tx, [house.member], clock.offsetMs());
    const accounts = [
      house.makeAccount({ type: 'CREDEX_FOUNDATION', name: 'Credex Foundation', handle: FOUNDATION }),
      house.makeAccount({ type: 'OPERATIONS', name: 'VimbisoPay Operations', handle: OPERATIONS }),
    ];
    await insertAccounts(tx, accounts, clock.offsetMs());
  });

/** The demo's people, trusts, debts and waiting offers, all or nothing; does nothing where they are. Never in production. */
export const seedDemo = async (deps: SeedDeps): Promise<void> => {
  await initLedger(deps);
  await seed(deps, async (seeding) => {
    const { tx, people, index, clock } = seeding;
    if (await hasHandle(tx, index('account_handle', DEMO_MEMBERS[0].number))) return;
    const members = DEMO_MEMBERS.map(({ number, firstname, lastname, tier }) => {
      const person = makePerson(
        { people, index },
        { phone: toPhone(number), firstname, lastname, defaultDenomination: 'USD' },
        tier,
      );
      return { number, ...person };
    });
    const personal = members.map(({ number, account }) => ({
      handle: number,
      row: number === DEMO_OFFERING.handle ? { ...account, offering: DEMO_OFFERING } : account,
    }));
    const others = DEMO_ACCOUNTS.map((each) => {
      const owner = members.find(({ number }) => number === each.owner)?.person;
      assert(owner, 'a demo account’s owner is a demo member');
      const key = people.unwrap(owner.memberId, owner.memberKey);
      const trust = 'trust' in each ? { trust: each.trust } : {};
      return { handle: each.handle, row: makeAccountRow({ people, index, key }, { ...each, ...trust }) };
    });
    const accounts = new Map([...personal, ...others].map(({ handle, row }) => [handle, row]));
    await insertMembers(
      tx,
      members.map(({ person }) => person),
      clock.offsetMs(),
    );
    await insertAccounts(tx, [...accounts.values()], clock.offsetMs());
    await seedDeals(seeding, accounts);
  });
};

/** Members of tier 1 without any deals, many at once: for measuring. Numbers that are taken are left out. */
export const seedMembers = (deps: SeedDeps, phones: readonly Phone[]): Promise<void> =>
  seed(deps, async ({ tx, people, index, clock }) => {
    const made = phones.map((phone) =>
      makePerson({ people, index }, { phone, firstname: 'Anesu', lastname: 'Dewa', defaultDenomination: 'USD' }),
    );
    const kept = await insertMembers(
      tx,
      made.map(({ person }) => person),
      clock.offsetMs(),
    );
    await insertAccounts(
      tx,
      made.flatMap(({ person, account }) => (kept.has(person.memberId) ? [account] : [])),
      clock.offsetMs(),
    );
  });

const seedDeals = async ({ tx, clock }: Seeding, accounts: ReadonlyMap<string, NewAccountRow>): Promise<void> => {
  const { day } = await readToday(tx);
  const moment = { day, atMs: clock.now() };
  const find = (handle: string): NewAccountRow => {
    const account = accounts.get(handle);
    assert(account, 'a demo deal’s accounts are demo accounts');
    return account;
  };
  const toCredex = (deal: DemoDeal): NewCredex => ({
    credexId: newUuid(),
    issuerId: find(deal.from).accountId,
    receiverId: find(deal.to).accountId,
    kind: 'PURCHASE',
    amount: { amountMinor: deal.amountMinor, denomination: deal.denomination },
    backing:
      deal.securer === undefined
        ? { dueDate: addDays(clock, deal.dueInDays ?? 7) }
        : { securerId: find(deal.securer).accountId },
    madeBy: find(deal.from).ownerId,
  });
  for (const deal of DEMO_DEALS) {
    const credex = toCredex(deal);
    await insertOffers(tx, [credex], moment);
    if (!deal.waits) await acceptOffers(tx, [credex.credexId], moment);
  }
};

const addDays = (clock: Clock, days: number): string => utcDay(clock.now() + days * DAY_MS);

const toPhone = (number: string): Phone => {
  const phone = readWaId(number);
  assert(phone, 'a demo number has the form of a number');
  return phone;
};

type NewAccount = Pick<NewAccountRow, 'type' | 'trust'> & { readonly name: string; readonly handle: string };
type MakeAccount = { readonly people: People; readonly index: Index; readonly key: MemberKey };

const makeAccountRow = (
  { people, index, key }: MakeAccount,
  { type, name, handle, trust }: NewAccount,
): NewAccountRow => {
  const accountId = newUuid();
  return {
    accountId,
    ownerId: key.memberId,
    type,
    handleIndex: index('account_handle', handle),
    profile: people.sealAccount(key, accountId, { name, handle }),
    defaultDenomination: trust?.denomination ?? 'USD',
    audited: type === 'TRUST' || type === 'CREDEX_FOUNDATION',
    ...(trust ? { trust } : {}),
  };
};

type House = { readonly member: NewMemberRow; readonly makeAccount: (account: NewAccount) => NewAccountRow };

/** Nobody: it has no number, so no one can log in as it. */
const makeHouse = (people: People, index: Index): House => {
  const memberId = newUuid();
  const key = people.makeKey(memberId);
  return {
    member: {
      memberId,
      kind: 'house',
      phoneIndex: null,
      handleIndex: index('member_handle', FOUNDATION),
      profile: people.sealMember(key, { firstname: 'Credex', lastname: 'Foundation', phone: '', handle: FOUNDATION }),
      memberKey: key.wrapped,
      tier: 5,
      defaultDenomination: 'CXX',
    },
    makeAccount: (account) => makeAccountRow({ people, index, key }, account),
  };
};
