import type { Clock } from '../../base/clock.ts';
import { formatAmount } from '../../base/money.ts';
import type { LedgerRefusal } from '../errors.ts';
import type { Ledger } from '../ledger.ts';
import type { OfferAnswer, Receipt } from '../payments/payment.ts';
import { answerBody, createBody, idempotencyKey, readBody } from './body-schema.ts';
import type { Endpoint } from './endpoints.ts';
import { refuse, refuseBody, succeed, type Answer } from './envelope.ts';
import type { Gate, Incoming } from './gate.ts';
import { presentDashboard } from './present.ts';

export type MoneyEndpointDeps = { readonly ledger: Ledger; readonly clock: Clock; readonly gate: Gate };

type Act = (request: Incoming, by: { readonly memberId: string; readonly idempotencyKey?: string }) => Promise<Answer>;

/** What changes the ledger (contract 1.4): an `Idempotency-Key` makes every repeat hear the first answer. */
export const createMoneyEndpoints = (deps: MoneyEndpointDeps): readonly Endpoint[] => {
  const { ledger, clock, gate } = deps;
  const tell = createTell(deps);

  const keyed = (act: Act): Endpoint['serve'] =>
    gate.authenticated(async (request, { memberId }) => {
      const header = request.headers['idempotency-key'];
      if (header === undefined) return act(request, { memberId });
      const key = idempotencyKey.safeParse(header);
      if (!key.success) return refuse('ledger.request_invalid', clock.now(), { field: 'Idempotency-Key' });
      return act(request, { memberId, idempotencyKey: key.data });
    });

  const create: Act = async ({ body }, by) => {
    const read = readBody(createBody, body);
    if ('refusal' in read) return refuseBody(read.refusal, clock.now());
    const { issuerAccountID: issuerId, receiverAccountID: receiverId, amount, credexType: kind } = read.value;
    const result = await ledger.offerCredex({ ...by, issuerId, receiverId, amount, kind });
    if (!result.ok) return refuse(result.refusal, clock.now());
    return tell(by.memberId, result.value, {
      type: 'CREDEX_CREATED',
      message: 'The offer waits for an answer',
      details: { amount: formatAmount(amount), receiverAccountID: receiverId },
    });
  };

  const answer = (kind: AnswerKind): Act => {
    const { act, refusals, present, ...told } = kind;
    return async ({ body }, by) => {
      const read = readBody(answerBody, body);
      if ('refusal' in read) return refuseBody(read.refusal, clock.now());
      const credexId = read.value.credexID;
      const result = await act({ ...by, credexId });
      if (!result.ok) {
        const refusal = result.refusal === 'ledger.offer_unknown' ? refusals : result.refusal;
        return refuse(refusal, clock.now(), { id: credexId });
      }
      return tell(by.memberId, result.value, { ...told, details: present(result.value) });
    };
  };

  return [
    { path: '/createCredex', serve: keyed(create) },
    ...answersOf(ledger).map(({ path, ...kind }) => ({ path, serve: keyed(answer(kind)) })),
  ];
};

type AnswerKind = {
  readonly act: (answer: OfferAnswer) => ReturnType<Ledger['acceptCredex']>;
  /** How dialect C says that no such offer waits. */
  readonly refusals: LedgerRefusal;
  readonly type: string;
  readonly message: string;
  readonly present: (receipt: Receipt) => Readonly<Record<string, unknown>>;
};

const answersOf = (ledger: Ledger): readonly (AnswerKind & { readonly path: string })[] => {
  const ended =
    (reason: string) =>
    ({ receiverId }: Receipt) => ({ amount: '0', receiverAccountID: receiverId, reason });
  return [
    {
      path: '/acceptCredex',
      act: ledger.acceptCredex,
      refusals: 'ledger.accept_failed',
      type: 'CREDEX_ACCEPTED',
      message: 'The offer was accepted',
      present: ({ amount, receiverId }) => ({ amount: formatAmount(amount), acceptorAccountID: receiverId }),
    },
    {
      path: '/declineCredex',
      act: ledger.declineCredex,
      refusals: 'ledger.offer_unknown',
      type: 'CREDEX_DECLINED',
      message: 'The offer was declined',
      present: ended('Declined by receiver'),
    },
    {
      path: '/cancelCredex',
      act: ledger.cancelCredex,
      refusals: 'ledger.offer_unknown',
      type: 'CREDEX_CANCELLED',
      message: 'The offer was cancelled',
      present: ended('Cancelled by issuer'),
    },
  ];
};

type Told = Pick<AnswerKind, 'type' | 'message'> & { readonly details: Readonly<Record<string, unknown>> };

/** What was done, and the member's whole dashboard after it. */
const createTell =
  ({ ledger, clock }: MoneyEndpointDeps) =>
  async (memberId: string, receipt: Receipt, { type, message, details }: Told): Promise<Answer> => {
    const snapshot = await ledger.readDashboard(memberId);
    // It is done whatever can be read after it: never a refusal.
    const accounts = snapshot.ok ? snapshot.value.accounts : [];
    const { denomination } = receipt.amount;
    const offers = accounts.flatMap(({ pendingOut }) => pendingOut);
    const offer = offers.find(({ credexId }) => credexId === receipt.credexId);
    return succeed(
      {
        status: 200,
        message,
        type,
        id: receipt.credexId,
        actor: memberId,
        details: {
          denomination,
          securedCredex: receipt.secured,
          ...(offer && { receiverAccountName: offer.counterpartyAccountName }),
          ...details,
        },
        dashboard: snapshot.ok ? presentDashboard(snapshot.value) : {},
      },
      clock.now(),
    );
  };
