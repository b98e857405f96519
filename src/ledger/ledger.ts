/*
 * The embedded credex core: members, accounts, credexes and what they add up to, in a schema of its own.
 * Arrives: a number or a member id, and what is wanted. Leaves: a snapshot of everything that member may see, taken in
 * one moment, or a refusal.
 * Promises: one SQL transaction an operation, its audit entry in it; a refused operation changes nothing; a repeated
 * wish with the same key is one wish and hears the first answer; a spendable balance is never passed; balances equal
 * what the postings say.
 * Will not: decide who speaks (its callers prove that), let a name, number or handle stand in clear, or round money.
 */
import type { Clock } from '../base/clock.ts';
import type { Database } from '../base/database.ts';
import type { Denomination, Money } from '../base/money.ts';
import type { Phone } from '../base/phone.ts';
import type { Result } from '../base/result.ts';
import type { KeyRing } from '../security/keyring.ts';
import { createKeyStore } from '../security/store.ts';
import type { LedgerRefusal } from './errors.ts';
import { createPeople } from './members/people.ts';
import { createFindAccount, type FindAccount } from './members/find-account.ts';
import { createRegister } from './members/register.ts';
import { createSessions, type Sessions } from './members/sessions.ts';
import type { Payments } from './payments/payment.ts';
import { createNotices, type Notices } from './notices/notices.ts';
import { createReadPage, type ReadPage } from './payments/pages.ts';
import { createPayments } from './payments/payments.ts';
import { createSnapshots } from './snapshots/snapshots.ts';

export type AccountType = 'PERSONAL' | 'TRUST' | 'OPERATIONS' | 'CREDEX_FOUNDATION';

export type LedgerPending = {
  readonly credexId: string;
  /** Negative for outgoing offers. */
  readonly amount: Money;
  readonly counterpartyAccountName: string;
  readonly secured: boolean;
  /** `YYYY-MM-DD`; unsecured only. */
  readonly dueDate?: string;
};

export type LedgerAccount = {
  readonly accountId: string;
  readonly accountName: string;
  readonly accountHandle: string;
  readonly accountType: AccountType;
  readonly defaultDenomination: Denomination;
  readonly isOwned: boolean;
  readonly sendOffersTo: { readonly memberId: string; readonly firstname: string; readonly lastname: string };
  /** Trust accounts only. */
  readonly trust?: { readonly denomination: Denomination; readonly subtype: 'BANK' | 'VAULT' };
  /** What may be spent: claims less debts less what pending offers reserve. */
  readonly securedNet: readonly Money[];
  readonly unsecured: { readonly payables: Money; readonly receivables: Money; readonly net: Money };
  readonly netAssets: Money;
  readonly pendingIn: readonly LedgerPending[];
  readonly pendingOut: readonly LedgerPending[];
};

export type LedgerMember = {
  readonly memberId: string;
  readonly phone: string;
  readonly tier: number;
  /** What may still be issued today, in USD; null where the tier has no limit. */
  readonly remainingUsd: Money | null;
  readonly firstname: string;
  readonly lastname: string;
  readonly memberHandle: string;
  readonly defaultDenomination: Denomination;
};

export type Snapshot = { readonly member: LedgerMember; readonly accounts: readonly LedgerAccount[] };

export type NewMember = {
  readonly phone: Phone;
  readonly firstname: string;
  readonly lastname: string;
  readonly defaultDenomination: Denomination;
  /** The same for every repeat of one wish; without one, a repeat is refused as a duplicate. */
  readonly idempotencyKey?: string;
};

export type RegisterRefusal = Extract<
  LedgerRefusal,
  'ledger.name_invalid' | 'ledger.phone_taken' | 'ledger.handle_taken' | 'ledger.idempotency_key_reused'
>;
export type MemberUnknown = Extract<LedgerRefusal, 'ledger.member_unknown'>;

export type Ledger = Sessions &
  Payments &
  Notices & {
    readonly logIn: (phone: Phone) => Promise<Result<Snapshot, MemberUnknown>>;
    readonly registerMember: (member: NewMember) => Promise<Result<Snapshot, RegisterRefusal>>;
    readonly readDashboard: (memberId: string) => Promise<Result<Snapshot, MemberUnknown>>;
    readonly findAccountByHandle: FindAccount;
    readonly readPage: ReadPage;
    readonly findMemberByPhone: (phone: Phone) => Promise<Result<{ readonly memberId: string }, MemberUnknown>>;
  };

export type LedgerDeps = { readonly database: Database; readonly ring: KeyRing; readonly clock: Clock };

export const createLedger = ({ database, ring, clock }: LedgerDeps): Ledger => {
  const keys = createKeyStore({ database, ring, schema: 'ledger' });
  const people = createPeople({ ring, keys });
  const snapshots = createSnapshots({ database, people, clock });
  return Object.freeze({
    ...createSessions({ database, clock }),
    ...createPayments({ database, people, clock }),
    ...createNotices({ database, people }),
    logIn: snapshots.logIn,
    readDashboard: snapshots.readDashboard,
    findMemberByPhone: snapshots.findMemberByPhone,
    findAccountByHandle: createFindAccount({ database, people }),
    readPage: createReadPage({ database, people }),
    registerMember: createRegister({ database, people, clock, readDashboard: snapshots.readDashboard }),
  });
};
