import type { Clock } from '../../base/clock.ts';
import { utcDay } from '../../base/clock.ts';
import type { Database, Transactor } from '../../base/database.ts';
import { createGatherer } from '../../base/gather.ts';
import { isUuid } from '../../base/id.ts';
import type { Phone } from '../../base/phone.ts';
import { accepted, refused, type Result } from '../../base/result.ts';
import { keepAuditEntries, type AuditEntry } from '../../watch/store.ts';
import { assembleSnapshots } from './assemble-snapshots.ts';
import { openDay, readToday, type Today } from '../day-store.ts';
import type { Ledger, MemberUnknown, Snapshot } from '../ledger.ts';
import { SNAPSHOTS_MAX } from '../limits.ts';
import type { People } from '../members/people.ts';
import {
  beginSnapshot,
  findMember,
  readAccounts,
  readBalances,
  readMembers,
  readPending,
  readUsed,
} from './snapshot-store.ts';

type Wanted = { readonly phoneIndex: Buffer } | { readonly memberId: string };
type Answer = Result<Snapshot, MemberUnknown>;
/** What one member's rows threw is theirs alone, not that of those they were read with. */
type Outcome = { readonly answer: Answer } | { readonly thrown: unknown };

export type SnapshotsDeps = { readonly database: Database; readonly people: People; readonly clock: Clock };
export type Snapshots = Pick<Ledger, 'logIn' | 'readDashboard' | 'findMemberByPhone'>;

/**
 * Dashboards. Those asked for at the same time are read together: one set of statements and one commit serve up to a
 * hundred members, and each log-in's audit entry is in that commit.
 */
export const createSnapshots = ({ database, people, clock }: SnapshotsDeps): Snapshots => {
  const readAll = async (tx: Transactor, wanted: readonly Wanted[], today: Today): Promise<readonly Outcome[]> => {
    const members = await readMembers(
      tx,
      wanted.flatMap((each) => ('phoneIndex' in each ? [each.phoneIndex] : [])),
      wanted.flatMap((each) => ('memberId' in each ? [each.memberId] : [])),
    );
    const memberIds = members.map(({ member_id }) => member_id);
    const accounts = await readAccounts(tx, memberIds);
    const accountIds = [...new Set(accounts.map(({ account_id }) => account_id))];
    const balances = await readBalances(tx, accountIds);
    const pending = await readPending(tx, accountIds);
    const used = await readUsed(tx, memberIds, today.day);
    const snapshots = assembleSnapshots({
      people,
      rows: { members, accounts, balances, pending, used },
      rates: today.rates,
    });
    const byPhone = new Map(members.map(({ member_id, phone_index }) => [phone_index?.toString('hex'), member_id]));
    return wanted.map((each) => {
      const memberId = 'memberId' in each ? each.memberId : byPhone.get(each.phoneIndex.toString('hex'));
      const make = snapshots.get(memberId ?? '');
      if (!make) return { answer: refused('ledger.member_unknown') };
      try {
        return { answer: accepted(make()) };
      } catch (thrown) {
        return { thrown };
      }
    });
  };

  const run = async (wanted: readonly Wanted[]): Promise<readonly Outcome[]> => {
    const act = (today?: Today): Promise<readonly Outcome[] | undefined> =>
      database.transact(async (tx) => {
        await beginSnapshot(tx);
        const known = today ?? (await readToday(tx));
        // Midnight has passed: the day opens in a transaction of its own, then everything is read anew.
        if (!today && known.day < utcDay(clock.now())) return undefined;
        const outcomes = await readAll(tx, wanted, known);
        await keepAuditEntries(tx, 'ledger', tellLogIns(wanted, outcomes, clock.now()));
        return outcomes;
      });
    return (await act()) ?? (await act(await openDay(database, clock))) ?? [];
  };

  const gatherer = createGatherer<Wanted, Outcome>({ run, itemsMax: SNAPSHOTS_MAX });

  const read = async (wanted: Wanted): Promise<Answer> => {
    const outcome = await gatherer.add(wanted);
    if ('thrown' in outcome) throw outcome.thrown;
    return outcome.answer;
  };

  return Object.freeze({
    logIn: async (phone: Phone) => read({ phoneIndex: (await people.loadIndexer())('phone', phone) }),
    // What is no id would fail the statement, and with it everybody it is read together with.
    readDashboard: async (memberId: string): Promise<Answer> =>
      isUuid(memberId) ? read({ memberId }) : refused('ledger.member_unknown'),
    findMemberByPhone: async (phone: Phone): Promise<Result<{ readonly memberId: string }, MemberUnknown>> => {
      const memberId = await findMember(database, (await people.loadIndexer())('phone', phone));
      return memberId === undefined ? refused('ledger.member_unknown') : accepted({ memberId });
    },
  });
};

const tellLogIns = (wanted: readonly Wanted[], outcomes: readonly Outcome[], atMs: number): readonly AuditEntry[] =>
  wanted.flatMap((each, index): readonly AuditEntry[] => {
    const outcome = outcomes[index];
    if (!outcome || 'memberId' in each || 'thrown' in outcome) return [];
    const { answer } = outcome;
    if (!answer.ok)
      return [
        { event: 'credex.log_in_refused', atMs, subject: 'stranger', actor: 'stranger', reason: 'member_unknown' },
      ];
    const { memberId } = answer.value.member;
    return [{ event: 'credex.log_in_done', atMs, subject: memberId, actor: memberId }];
  });
