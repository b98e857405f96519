import type { Denomination } from '../base/money.ts';

/*
 * The invented people and deals of the demo. Numbers are from the block set aside for tests; nobody is behind them.
 */

export type DemoMember = {
  readonly number: string;
  readonly firstname: string;
  readonly lastname: string;
  readonly tier: number;
};

export const DEMO_MEMBERS = [
  { number: '263770000001', firstname: 'Tariro', lastname: 'Moyo', tier: 1 },
  { number: '263770000002', firstname: 'Farai', lastname: 'Dube', tier: 2 },
  { number: '263770000003', firstname: 'Rudo', lastname: 'Ncube', tier: 2 },
  { number: '263770000004', firstname: 'Tendai', lastname: 'Sibanda', tier: 2 },
  { number: '263770000005', firstname: 'Chipo', lastname: 'Banda', tier: 2 },
  { number: '263770000006', firstname: 'Nyasha', lastname: 'Phiri', tier: 1 },
  { number: '263770000007', firstname: 'Kudzai', lastname: 'Mpofu', tier: 1 },
  { number: '263770000008', firstname: 'Thandi', lastname: 'Khumalo', tier: 3 },
  { number: '263770000009', firstname: 'Simba', lastname: 'Choto', tier: 3 },
  { number: '263770000010', firstname: 'Zanele', lastname: 'Gumbo', tier: 4 },
  { number: '263770000011', firstname: 'Ropafadzo', lastname: 'Chuma', tier: 1 },
  { number: '263770000012', firstname: 'Anesu', lastname: 'Dewa', tier: 5 },
] as const satisfies readonly DemoMember[];

/** CXX for one unit: by the contract's first rule 1 CXX is 1 CAD. Invented quotes of the order of real ones. */
export const FIRST_RATES: Readonly<Record<Denomination, string>> = {
  CXX: '1',
  CAD: '1',
  USD: '1.37',
  ZWG: '0.052',
  XAU: '3630',
};

/** Accounts that are not personal, by the handle under which deals name them. */
export const DEMO_ACCOUNTS = [
  { handle: 'corner_shop', name: 'Corner Shop', type: 'OPERATIONS', owner: '263770000010' },
  {
    handle: 'trust_usd',
    name: 'USD Trust',
    type: 'TRUST',
    owner: '263770000012',
    trust: { denomination: 'USD', subtype: 'BANK' },
  },
  {
    handle: 'trust_zwg',
    name: 'ZWG Trust',
    type: 'TRUST',
    owner: '263770000012',
    trust: { denomination: 'ZWG', subtype: 'BANK' },
  },
  {
    handle: 'trust_cad',
    name: 'CAD Trust',
    type: 'TRUST',
    owner: '263770000012',
    trust: { denomination: 'CAD', subtype: 'BANK' },
  },
  {
    handle: 'trust_cxx',
    name: 'CXX Trust',
    type: 'TRUST',
    owner: '263770000012',
    trust: { denomination: 'CXX', subtype: 'VAULT' },
  },
  {
    handle: 'trust_xau',
    name: 'Gold Trust',
    type: 'TRUST',
    owner: '263770000012',
    trust: { denomination: 'XAU', subtype: 'VAULT' },
  },
] as const;

/** From, to, amount; by handle. Secured deals name their securer, unsecured ones the days until they are due. */
export type DemoDeal = {
  readonly from: string;
  readonly to: string;
  readonly amountMinor: bigint;
  readonly denomination: Denomination;
  readonly securer?: string;
  readonly dueInDays?: number;
  readonly waits?: true;
};

const usd = (from: string, to: string, amountMinor: bigint): DemoDeal => ({
  from,
  to,
  amountMinor,
  denomination: 'USD',
  securer: 'trust_usd',
});
const promise = (
  from: string,
  to: string,
  { usd: amountMinor, dueInDays }: { readonly usd: bigint; readonly dueInDays: number },
): DemoDeal => ({
  from,
  to,
  amountMinor,
  denomination: 'USD',
  dueInDays,
});
const waiting = (deal: DemoDeal): DemoDeal => ({ ...deal, waits: true });

const [TARIRO, FARAI, RUDO, TENDAI, CHIPO, NYASHA, KUDZAI, THANDI, SIMBA, ZANELE] = DEMO_MEMBERS.map(
  ({ number }) => number,
) as unknown as readonly [string, string, string, string, string, string, string, string, string, string];

/** In order: what is spent was received before. Tariro ends with 12.00 USD to spend, 3.50 offered, and 6.50 left today. */
export const DEMO_DEALS: readonly DemoDeal[] = [
  usd('trust_usd', TARIRO, 1_550n),
  usd('trust_usd', FARAI, 8_000n),
  usd('trust_usd', THANDI, 25_000n),
  usd('trust_usd', SIMBA, 12_000n),
  usd('trust_usd', ZANELE, 90_000n),
  usd('trust_usd', NYASHA, 2_000n),
  { from: 'trust_zwg', to: KUDZAI, amountMinor: 60_000n, denomination: 'ZWG', securer: 'trust_zwg' },
  { from: 'trust_zwg', to: FARAI, amountMinor: 150_000n, denomination: 'ZWG', securer: 'trust_zwg' },
  { from: 'trust_cad', to: THANDI, amountMinor: 5_000n, denomination: 'CAD', securer: 'trust_cad' },
  { from: 'trust_cxx', to: SIMBA, amountMinor: 40_000n, denomination: 'CXX', securer: 'trust_cxx' },
  { from: 'trust_xau', to: ZANELE, amountMinor: 2_500n, denomination: 'XAU', securer: 'trust_xau' },
  usd(THANDI, 'corner_shop', 4_000n),
  // A closed chain that clearing will find: each owes the next.
  promise(RUDO, TENDAI, { usd: 1_500n, dueInDays: 14 }),
  promise(TENDAI, CHIPO, { usd: 1_000n, dueInDays: 21 }),
  promise(CHIPO, RUDO, { usd: 2_000n, dueInDays: 28 }),
  waiting(usd(TARIRO, 'corner_shop', 350n)),
  waiting(usd(FARAI, TARIRO, 400n)),
  waiting(promise(RUDO, FARAI, { usd: 1_200n, dueInDays: 10 })),
  waiting(usd(THANDI, NYASHA, 750n)),
];

/** Who takes part in the daily offering: account handle and what it gives. */
export const DEMO_OFFERING = { handle: SIMBA, cxxMinor: 1_000n, denomination: 'CXX' } as const satisfies {
  readonly handle: string;
  readonly cxxMinor: bigint;
  readonly denomination: Denomination;
};
