import { systemClock } from '../../src/base/clock.ts';
import { createDatabase } from '../../src/base/database.ts';
import type { Phone } from '../../src/base/phone.ts';
import { insertAccounts, insertMembers } from '../../src/ledger/members/member-store.ts';
import { makePerson } from '../../src/ledger/members/make-person.ts';
import { createPeople } from '../../src/ledger/members/people.ts';
import { initLedger } from '../../src/ledger/seed.ts';
import type { KeyRing } from '../../src/security/keyring.ts';
import { createKeyStore } from '../../src/security/store.ts';
import { memberPhone } from './webhooks.ts';

const PER_TRANSACTION = 500;

/** Members of the embedded ledger, each with a personal account, made in bulk by the ledger's own functions. */
export const seedMembers = async (databaseUrl: string, ring: KeyRing, count: number): Promise<void> => {
  const database = createDatabase({ url: databaseUrl, connectionsMax: 2, applicationName: 'bench', timeoutMs: 30_000 });
  try {
    await initLedger({ database, ring, clock: systemClock });
    const people = createPeople({ ring, keys: createKeyStore({ database, ring, schema: 'ledger' }) });
    const index = await people.loadIndexer();
    for (let from = 0; from < count; from += PER_TRANSACTION) {
      const made = Array.from({ length: Math.min(PER_TRANSACTION, count - from) }, (_, offset) =>
        makePerson(
          { people, index },
          { phone: memberPhone(from + offset) as Phone, firstname: 'Bench', lastname: 'Member', defaultDenomination: 'USD' },
        ),
      );
      await database.transact(async (tx) => {
        await insertMembers(tx, made.map(({ person }) => person), 0);
        await insertAccounts(tx, made.map(({ account }) => account), 0);
      });
    }
  } finally {
    await database.close();
  }
};
