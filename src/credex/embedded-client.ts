import { Fault, isPassing } from '../base/fault.ts';
import { accepted, refused, type Result } from '../base/result.ts';
import type {
  Ledger,
  LedgerAccount,
  LedgerPending,
  RegisterRefusal as LedgerRegisterRefusal,
  Snapshot,
} from '../ledger/ledger.ts';
import type {
  Account,
  Credex,
  Dashboard,
  Done,
  LogInRefusal,
  MemberRef,
  OfferAnswer,
  OfferRefusal,
  PendingOffer,
  Registration,
  RegisterRefusal,
} from './credex.ts';

/** The credex port over the ledger in this process: no socket, no token; core is away when its database is. */
export const createEmbeddedCredex = ({ ledger }: { readonly ledger: Ledger }): Credex => {
  const logIn: Credex['logIn'] = async ({ phone }) => {
    const result = await read(() => ledger.logIn(phone));
    return result.ok ? accepted(toDashboard(result.value)) : refused('credex.member_unknown');
  };

  const client: Credex = {
    logIn,
    register: async ({ phone }: MemberRef, registration: Registration) => {
      // The commit may have been done though its answer was lost.
      const result = await ledger.registerMember({ phone, ...registration }).catch(unknown);
      return result.ok ? accepted(toDashboard(result.value)) : refused(REGISTER_REFUSALS[result.refusal]);
    },
    // Who speaks was proven before we are asked, and no token can be stolen: the number is enough.
    readDashboard: async ({ phone }: MemberRef) => {
      const member = await read(() => ledger.findMemberByPhone(phone));
      const result = member.ok ? await read(() => ledger.readDashboard(member.value.memberId)) : member;
      return result.ok ? accepted(toDashboard(result.value)) : refused('credex.member_unknown');
    },
    ...createEmbeddedChanges(ledger),
    isDown: () => false,
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
const unknown = toFault('credex.outcome_unknown');

/** Reads once more where the database was away, as the HTTP client does: a connection that broke is no reason to say No. */
const read = <T>(ask: () => Promise<T>): Promise<T> =>
  ask()
    .catch((error: unknown) => {
      if (isPassing(error)) return ask();
      throw error;
    })
    .catch(away);

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

const OFFER_REFUSALS = {
  'ledger.accounts_same': 'credex.accounts_refused',
  'ledger.account_forbidden': 'credex.accounts_refused',
  'ledger.limit_reached': 'credex.limit_reached',
  'ledger.balance_insufficient': 'credex.balance_insufficient',
  'ledger.idempotency_key_reused': 'credex.offer_refused',
} as const satisfies Record<string, OfferRefusal>;

/** What changes the ledger in this process: no socket, so only its database can leave an outcome unknown. */
const createEmbeddedChanges = (
  ledger: Ledger,
): Pick<Credex, 'findAccount' | 'readLedger' | 'offer' | 'accept' | 'decline' | 'cancel'> => {
  const knownAs = async (member: MemberRef): Promise<Result<{ readonly memberId: string }, LogInRefusal>> => {
    const found = await read(() => ledger.findMemberByPhone(member.phone));
    return found.ok ? found : refused('credex.member_unknown');
  };

  /** The change is done whatever becomes of reading the dashboard after it. */
  const tell = async (memberId: string, credexId: string): Promise<{ readonly ok: true; readonly value: Done }> => {
    const snapshot = await ledger.readDashboard(memberId).catch(() => undefined);
    return accepted({ credexId, ...(snapshot?.ok && { dashboard: toDashboard(snapshot.value) }) });
  };

  const answer =
    (act: Ledger['acceptCredex']): Credex['accept'] =>
    async (member: MemberRef, wish: OfferAnswer) => {
      const known = await knownAs(member);
      if (!known.ok) return known;
      const { memberId } = known.value;
      const result = await act({ memberId, ...wish }).catch(unknown);
      return result.ok ? tell(memberId, result.value.credexId) : refused('credex.answer_refused');
    };

  return {
    findAccount: async (member, handle) => {
      const known = await knownAs(member);
      if (!known.ok) return known;
      const found = await read(() => ledger.findAccountByHandle(handle));
      return found.ok ? found : refused('credex.account_unknown');
    },
    readLedger: async (member, wish) => {
      const known = await knownAs(member);
      if (!known.ok) return known;
      const page = await read(() => ledger.readPage({ memberId: known.value.memberId, ...wish }));
      return page.ok ? page : refused('credex.account_unknown');
    },
    offer: async (member, { issuerAccountId: issuerId, receiverAccountId: receiverId, ...wish }) => {
      const known = await knownAs(member);
      if (!known.ok) return known;
      const { memberId } = known.value;
      const result = await ledger.offerCredex({ memberId, issuerId, receiverId, ...wish }).catch(unknown);
      return result.ok ? tell(memberId, result.value.credexId) : refused(OFFER_REFUSALS[result.refusal]);
    },
    accept: answer(ledger.acceptCredex),
    decline: answer(ledger.declineCredex),
    cancel: answer(ledger.cancelCredex),
  };
};
