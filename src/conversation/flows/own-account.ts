import type { Account, Dashboard } from '../../credex/credex.ts';

/** The accounts of a dashboard in the order in which they are shown: the personal one first, everybody has it. */
export const inOrder = (accounts: readonly Account[]): readonly Account[] => {
  const personal = accounts.filter(({ accountType }) => accountType === 'PERSONAL');
  return [...personal, ...accounts.filter(({ accountType }) => accountType !== 'PERSONAL')];
};

/** The account that a member pays from and is shown: their own personal one, taken from what core says now (S36). */
export const ownAccount = (dashboard: Dashboard): Account | undefined => ownedAccounts(dashboard)[0];

/** All that the member owns: what waits for any of them waits for the member. */
export const ownedAccounts = ({ accounts }: Dashboard): readonly Account[] =>
  inOrder(accounts).filter(({ isOwned }) => isOwned);
