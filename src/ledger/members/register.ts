import type { Clock } from '../../base/clock.ts';
import type { Database, Transactor } from '../../base/database.ts';
import { newUuid } from '../../base/id.ts';
import { assert } from '../../base/assert.ts';
import { refused } from '../../base/result.ts';
import { keepAuditEntries } from '../../watch/store.ts';
import { isMemberName } from './check-name.ts';
import { claimKey, releaseKey, settleKey, type Wish } from './idempotency-store.ts';
import type { Ledger, NewMember, RegisterRefusal } from '../ledger.ts';
import { makePerson } from './make-person.ts';
import { insertAccounts, insertMembers } from './member-store.ts';
import type { People } from './people.ts';

type RegisterDeps = {
  readonly database: Database;
  readonly people: People;
  readonly clock: Clock;
  readonly readDashboard: Ledger['readDashboard'];
};

/** Nobody has signed in yet: the wish is that of the service that holds the client key. */
const ACTOR = 'client';

type Outcome = { readonly memberId: string } | { readonly refusal: RegisterRefusal };

/** A handle that another account took between our look and our insert undoes the whole registration. */
class HandleTaken extends Error {
  override readonly name = 'HandleTaken';
}

/** Member, personal account, right to act for it, audit entry and idempotency key: one transaction or nothing. */
export const createRegister = ({ database, people, clock, readDashboard }: RegisterDeps): Ledger['registerMember'] => {
  const keep = async (tx: Transactor, member: NewMember): Promise<Outcome> => {
    const index = await people.loadIndexer();
    const { person, account } = makePerson({ people, index }, member);
    const kept = await insertMembers(tx, [person], clock.offsetMs());
    if (kept.size === 0) return { refusal: 'ledger.phone_taken' };
    if ((await insertAccounts(tx, [account], clock.offsetMs())).size === 0) throw new HandleTaken();
    return { memberId: person.memberId };
  };

  const tell = async (tx: Transactor, outcome: Outcome): Promise<void> => {
    const atMs = clock.now();
    if ('memberId' in outcome) {
      await keepAuditEntries(tx, 'ledger', [
        { event: 'credex.member_registered', atMs, subject: outcome.memberId, actor: outcome.memberId },
      ]);
      return;
    }
    const reason = outcome.refusal.replace('ledger.', '');
    await keepAuditEntries(tx, 'ledger', [
      { event: 'credex.registration_refused', atMs, subject: 'stranger', actor: 'stranger', reason },
    ]);
  };

  const register = (member: NewMember, wish: Wish): Promise<Outcome> =>
    database.transact(async (tx) => {
      const claim = await claimKey(tx, wish, clock.offsetMs());
      if (!claim.claimed && claim.sameRequest) {
        assert(claim.subject, 'a settled registration names its member');
        return { memberId: claim.subject };
      }
      const outcome: Outcome = claim.claimed ? await keep(tx, member) : { refusal: 'ledger.idempotency_key_reused' };
      await tell(tx, outcome);
      if ('memberId' in outcome) await settleKey(tx, wish, outcome.memberId);
      else if (claim.claimed) await releaseKey(tx, wish);
      return outcome;
    });

  return async (member) => {
    if (!isMemberName(member.firstname) || !isMemberName(member.lastname)) return refused('ledger.name_invalid');
    const outcome = await register(member, await makeWish(people, member)).catch(async (error: unknown) => {
      if (!(error instanceof HandleTaken)) throw error;
      const refusal: Outcome = { refusal: 'ledger.handle_taken' };
      await database.transact((tx) => tell(tx, refusal));
      return refusal;
    });
    if ('refusal' in outcome) return refused(outcome.refusal);
    const snapshot = await readDashboard(outcome.memberId);
    assert(snapshot.ok, 'who was registered can be read');
    return snapshot;
  };
};

const makeWish = async (
  people: People,
  { phone, firstname, lastname, defaultDenomination, idempotencyKey }: NewMember,
): Promise<Wish> => {
  const index = await people.loadIndexer();
  return {
    actor: ACTOR,
    keyHash: index('idempotency_key', idempotencyKey ?? newUuid()),
    requestHash: index(
      'idempotency_request',
      JSON.stringify(['registerMember', phone, firstname, lastname, defaultDenomination]),
    ),
  };
};
