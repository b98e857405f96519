import { newUuid } from '../../base/id.ts';
import type { NewMember } from '../ledger.ts';
import type { NewAccountRow, NewMemberRow } from './member-store.ts';
import type { IndexKind, People } from './people.ts';

type MakeDeps = { readonly people: People; readonly index: (kind: IndexKind, value: string) => Buffer };

export type Person = { readonly person: NewMemberRow; readonly account: NewAccountRow };

/** A member of tier 1 and their personal account, as rows: both handles are the digits of the number (contract, 1.4). */
export const makePerson = (
  { people, index }: MakeDeps,
  { phone, firstname, lastname, defaultDenomination }: NewMember,
  tier = 1,
): Person => {
  const memberId = newUuid();
  const accountId = newUuid();
  const key = people.makeKey(memberId);
  return {
    person: {
      memberId,
      kind: 'person',
      phoneIndex: index('phone', phone),
      handleIndex: index('member_handle', phone),
      profile: people.sealMember(key, { firstname, lastname, phone, handle: phone }),
      memberKey: key.wrapped,
      tier,
      defaultDenomination,
    },
    account: {
      accountId,
      ownerId: memberId,
      type: 'PERSONAL',
      handleIndex: index('account_handle', phone),
      profile: people.sealAccount(key, accountId, { name: `${firstname} ${lastname} Personal`, handle: phone }),
      defaultDenomination,
      audited: false,
    },
  };
};
