import { Fault, isPassing } from '../base/fault.ts';
import { accepted, refused } from '../base/result.ts';
import type {
  Ledger,
  LedgerAccount,
  LedgerPending,
  RegisterRefusal as LedgerRegisterRefusal,
  Snapshot,
} from '../ledger/ledger.ts';
import type { Account, Credex, Dashboard, MemberRef, PendingOffer, Registration, RegisterRefusal } from './credex.ts';

/** The credex port over the ledger in this process: no socket, no token; core is away when its database is. */
export const createEmbeddedCredex = ({ ledger }: { readonly ledger: Ledger }): Credex => {
  const logIn: Credex['logIn'] = async ({ phone }) => {
    const result = await ledger.logIn(phone).catch(away);
    return result.ok ? accepted(toDashboard(result.value)) : refused('credex.member_unknown');
  };

  const client: Credex = {
    logIn,
    register: async ({ phone }: MemberRef, registration: Registration) => {
      // The commit may have been done though its answer was lost.
      const result = await ledger.registerMember({ phone, ...registration }).catch(toFault('credex.outcome_unknown'));
      return result.ok ? accepted(toDashboard(result.value)) : refused(REGISTER_REFUSALS[result.refusal]);
    },
    // Who speaks was proven before we are asked, and no token can be stolen: the number is enough.
    readDashboard: async ({ phone }: MemberRef) => {
      const member = await ledger.findMemberByPhone(phone).catch(away);
      const result = member.ok ? await ledger.readDashboard(member.value.memberId).catch(away) : member;
      return result.ok ? accepted(toDashboard(result.value)) : refused('credex.member_unknown');
    },
    forget: () => Promise.resolve(),
  };
  return Object.freeze(client);
};

const toFault =
  (code: 'credex.core_away' | 'credex.outcome_unknown') =>
  (error: unknown): never => {
    throw isPassing(error) ? new Fault(code, { retry: 'later', detail: error.code, cause: error }) : error;
  };

const away = toFault('credex.core_away');

const REGISTER_REFUSALS = {
  'ledger.phone_taken': 'credex.member_exists',
  'ledger.handle_taken': 'credex.registration_refused',
  'ledger.name_invalid': 'credex.name_refused',
  'ledger.idempotency_key_reused': 'credex.registration_refused',
} as const satisfies Record<LedgerRegisterRefusal, RegisterRefusal>;

const toDashboard = ({ member, accounts }: Snapshot): Dashboard => ({
  member: {
    memberId: member.memberId,
    tier: member.tier,
    remainingAvailableUsd: member.remainingUsd,
    firstname: member.firstname,
    lastname: member.lastname,
    memberHandle: member.memberHandle,
    defaultDenomination: member.defaultDenomination,
  },
  accounts: accounts.map(toAccount),
});

const toAccount = (account: LedgerAccount): Account => ({
  accountId: account.accountId,
  accountName: account.accountName,
  accountHandle: account.accountHandle,
  accountType: account.accountType,
  defaultDenomination: account.defaultDenomination,
  isOwned: account.isOwned,
  securedNet: account.securedNet,
  unsecured: account.unsecured,
  netAssets: account.netAssets,
  pendingIn: account.pendingIn.map(toOffer),
  pendingOut: account.pendingOut.map(toOffer),
});

const toOffer = (offer: LedgerPending): PendingOffer => ({
  credexId: offer.credexId,
  amount: offer.amount,
  counterpartyAccountName: offer.counterpartyAccountName,
  secured: offer.secured,
  ...(offer.dueDate === undefined ? {} : { dueDate: offer.dueDate }),
});
