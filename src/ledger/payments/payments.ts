import { utcDay, type Clock } from '../../base/clock.ts';
import type { Database, Transactor } from '../../base/database.ts';
import { deriveUuid, isUuid, newUuid } from '../../base/id.ts';
import { accepted, refused, type Result } from '../../base/result.ts';
import { commitTo } from '../../security/commitment.ts';
import type { AuditedEvent } from '../../watch/events.ts';
import { keepAuditEntries } from '../../watch/store.ts';
import { acceptOffers, endOffer, insertOffers } from '../credex-store.ts';
import { convertSum } from '../convert.ts';
import { openDay, readToday, type Today } from '../day-store.ts';
import type { People } from '../members/people.ts';
import { findRemaining } from '../snapshots/build-snapshot.ts';
import { readUsed } from '../snapshots/snapshot-store.ts';
import type { AnswerRefusal, NewOffer, OfferAnswer, OfferRefusal, Payments } from './payment.ts';
import {
  findHearer,
  findSecurer,
  insertNotice,
  lockIssuer,
  lockOffer,
  type CredexRow,
  type IssuerRow,
  type NewNotice,
} from './payment-store.ts';
import { createRunOnce, type KeyReused } from './run-once.ts';

export type PaymentsDeps = { readonly database: Database; readonly people: People; readonly clock: Clock };

type Refused<R> = Exclude<R, KeyReused>;

export const createPayments = (deps: PaymentsDeps): Payments => {
  const runOnce = createRunOnce(deps);
  const today = createToday(deps);
  const answer = createAnswer(deps, runOnce);

  return Object.freeze({
    offerCredex: async (offer: NewOffer) => {
      const { memberId, issuerId, receiverId, amount, kind = 'PURCHASE' } = offer;
      if (![memberId, issuerId, receiverId].every(isUuid)) return refused('ledger.account_forbidden');
      if (issuerId === receiverId) return refused('ledger.accounts_same');
      const moment = await today();
      return runOnce<Refused<OfferRefusal>>({
        actor: memberId,
        idempotencyKey: offer.idempotencyKey,
        request: ['offer', issuerId, receiverId, kind, amount.denomination, amount.amountMinor.toString()],
        act: (tx) => makeOffer(deps, tx, { offer, today: moment }),
        noteRefusal: (tx, reason) => noteRefusal(deps, tx, { memberId, reason }),
        whenConstrained: 'ledger.balance_insufficient',
      });
    },
    acceptCredex: answer({ verb: 'accepted', side: 'receiver' }),
    declineCredex: answer({ verb: 'declined', side: 'receiver' }),
    cancelCredex: answer({ verb: 'cancelled', side: 'issuer' }),
  });
};

/** The ledger's open day; one that midnight has ended is rolled first, in a transaction of its own. */
const createToday =
  ({ database, clock }: PaymentsDeps): (() => Promise<Today>) =>
  async () => {
    const today = await readToday(database);
    return today.day < utcDay(clock.now()) ? openDay(database, clock) : today;
  };

type Offering = { readonly offer: NewOffer; readonly today: Today };

/** Access, receiver, limit, securer: in the contract's order, cheap ones first, all under the lock of the issuer's owner. */
const makeOffer = async (
  { clock }: PaymentsDeps,
  tx: Transactor,
  { offer, today }: Offering,
): Promise<Result<CredexRow, Refused<OfferRefusal>>> => {
  const { memberId, issuerId, receiverId, amount } = offer;
  const issuer = await lockIssuer(tx, issuerId, memberId);
  const hearer = issuer && (await findHearer(tx, receiverId));
  if (!issuer || hearer === undefined) return refused('ledger.account_forbidden');
  if (!(await isWithinLimit(tx, issuer, { offer, today }))) return refused('ledger.limit_reached');
  const securerId = await chooseSecurer(tx, issuer, offer);
  if (securerId === undefined) return refused('ledger.balance_insufficient');
  const credexId = newUuid();
  const credex = {
    ...{ credexId, issuerId, receiverId, amount, madeBy: memberId },
    kind: offer.kind ?? ('PURCHASE' as const),
    backing: { securerId },
  };
  await insertOffers(tx, [credex], { day: today.day, atMs: clock.now() });
  const row: CredexRow = {
    credex_id: credexId,
    issuer_id: issuerId,
    receiver_id: receiverId,
    amount: amount.amountMinor,
    denomination: amount.denomination,
    secured: true,
    state: 'offered',
    made_by: memberId,
  };
  await tell(clock, tx, { row, verb: 'offered', actor: memberId, hearer: { accountId: receiverId, memberId: hearer } });
  return accepted(row);
};

/** The owner's allowance of the ledger's day over all accounts they own (credex contract, 3.2); what it costs counts rounded up. */
const isWithinLimit = async (tx: Transactor, issuer: IssuerRow, { offer, today }: Offering): Promise<boolean> => {
  const used = await readUsed(tx, [issuer.owner_id], today.day);
  const spent = used.map(({ used: amountMinor, denomination }) => ({ amountMinor, denomination }));
  const remaining = findRemaining(issuer.tier, spent, today.rates);
  if (remaining === null) return true;
  const wanted = convertSum([offer.amount], 'USD', { rates: today.rates, rounding: 'up' });
  return wanted.amountMinor <= remaining.amountMinor;
};

const chooseSecurer = async (tx: Transactor, issuer: IssuerRow, offer: NewOffer): Promise<string | undefined> => {
  if (issuer.audited) return offer.issuerId;
  const securer = await findSecurer(tx, offer.issuerId, offer.amount.denomination);
  return securer && securer.ceiling >= offer.amount.amountMinor ? securer.securerId : undefined;
};

type AnswerKind = {
  readonly verb: 'accepted' | 'declined' | 'cancelled';
  readonly side: 'issuer' | 'receiver';
};

const createAnswer =
  (deps: PaymentsDeps, runOnce: ReturnType<typeof createRunOnce>) =>
  ({ verb, side }: AnswerKind) =>
  async ({ memberId, credexId, idempotencyKey }: OfferAnswer): ReturnType<Payments['acceptCredex']> => {
    if (!isUuid(memberId) || !isUuid(credexId)) return refused('ledger.offer_unknown');
    const { clock } = deps;
    const { day } = await createToday(deps)();
    return runOnce<Refused<AnswerRefusal>>({
      actor: memberId,
      idempotencyKey,
      request: [verb, credexId],
      act: async (tx) => {
        const row = await lockOffer(tx, { credexId, memberId, side });
        if (!row) return refused('ledger.offer_unknown');
        const moment = { day, atMs: clock.now() };
        if (verb === 'accepted') await acceptOffers(tx, [credexId], moment);
        else await endOffer(tx, { credexId, state: verb, endedBy: memberId }, moment);
        const hearer =
          side === 'receiver'
            ? { accountId: row.issuer_id, memberId: row.made_by }
            : { accountId: row.receiver_id, memberId: await findHearer(tx, row.receiver_id) };
        await tell(clock, tx, { row, verb, actor: memberId, hearer });
        return accepted(row);
      },
      noteRefusal: (tx, reason) => noteRefusal(deps, tx, { memberId, reason }),
      whenConstrained: 'ledger.offer_unknown',
    });
  };

type Told = {
  readonly row: CredexRow;
  readonly verb: NewNotice['kind'];
  readonly actor: string;
  readonly hearer: { readonly accountId: string; readonly memberId: string | undefined };
};

const AUDITED = {
  offered: 'ledger.credex_offered',
  accepted: 'ledger.credex_accepted',
  declined: 'ledger.credex_declined',
  cancelled: 'ledger.credex_cancelled',
} as const satisfies Record<NewNotice['kind'], AuditedEvent>;

/** The audit entry, with a commitment to parties and amount (I9), and the other side's notice. */
const tell = async (clock: Clock, tx: Transactor, { row, verb, actor, hearer }: Told): Promise<void> => {
  const { credex_id: credexId, issuer_id, receiver_id, denomination, amount } = row;
  const details = commitTo([credexId, issuer_id, receiver_id, denomination, amount.toString()]);
  await keepAuditEntries(tx, 'ledger', [
    { event: AUDITED[verb], atMs: clock.now(), subject: credexId, actor, ...details },
  ]);
  const { accountId, memberId } = hearer;
  if (memberId === undefined) return;
  const noticeId = deriveUuid('notice', verb, credexId);
  await insertNotice(tx, { noticeId, kind: verb, credexId, accountId, memberId }, clock.offsetMs());
};

const noteRefusal = (
  { clock }: PaymentsDeps,
  tx: Transactor,
  { memberId, reason }: { readonly memberId: string; readonly reason: string },
): Promise<void> =>
  keepAuditEntries(tx, 'ledger', [
    {
      event: 'ledger.credex_refused',
      atMs: clock.now(),
      subject: memberId,
      actor: memberId,
      reason: reason.replace('ledger.', ''),
    },
  ]);
