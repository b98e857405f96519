import type { Database, Reader, Transactor } from '../../base/database.ts';
import { pgArray } from '../../base/pg-array.ts';
import { createGatherer, type Gatherer } from '../../base/gather.ts';
import type { IdentityId } from '../../base/id.ts';

/** The identity row as a turn needs it; `profile` is sealed under the person's own key. */
export type IdentityRow = {
  readonly identityId: IdentityId;
  readonly bsuidHash: Buffer | null;
  readonly phoneHash: Buffer | null;
  readonly standing: 'open' | 'contested' | 'frozen' | 'closed';
  readonly moneyStopped: boolean;
  readonly profile: Buffer | null;
  readonly profileKey: Buffer | null;
  readonly language: string;
  readonly numberAsked: boolean;
  readonly isMember: boolean;
};

/** What a turn changes of an identity; left out = as it is. */
export type IdentityChange = {
  readonly identityId: IdentityId;
  readonly profile?: { readonly sealed: Buffer; readonly wrappedKey: Buffer };
  readonly language?: string;
  readonly numberAskedAtMs?: number;
  readonly isMember?: true;
};

type Row = {
  identity_id: IdentityId;
  bsuid_hash: Buffer | null;
  phone_hash: Buffer | null;
  standing: IdentityRow['standing'];
  money_stopped: boolean;
  profile: Buffer | null;
  profile_key: Buffer | null;
  language: string;
  number_asked: boolean;
  is_member: boolean;
};

/** Reads identities one by one for their turns, together for the store. */
export const createIdentityReader = (database: Database): Gatherer<IdentityId, IdentityRow | undefined> =>
  createGatherer({ run: (ids) => readIdentityRows(database, ids), itemsMax: 256 });

const readIdentityRows = async (
  database: Reader,
  ids: readonly IdentityId[],
): Promise<readonly (IdentityRow | undefined)[]> => {
  const rows = await database.query<Row>(
    `SELECT identity_id, bsuid_hash, phone_hash, standing, money_stopped, profile, profile_key, language, number_asked_at IS NOT NULL AS number_asked, is_member
     FROM bot.identity WHERE identity_id = ANY($1::uuid[])`,
    [pgArray.uuid(ids)],
  );
  const byId = new Map(rows.map((row) => [row.identity_id, row]));
  return ids.map((id) => {
    const row = byId.get(id);
    return (
      row && {
        identityId: row.identity_id,
        bsuidHash: row.bsuid_hash,
        phoneHash: row.phone_hash,
        standing: row.standing,
        moneyStopped: row.money_stopped,
        profile: row.profile,
        profileKey: row.profile_key,
        language: row.language,
        numberAsked: row.number_asked,
        isMember: row.is_member,
      }
    );
  });
};

/** Writes what turns learned of their people, within the turns' commit; their lanes are locked in it. */
export const saveIdentities = async (tx: Transactor, changes: readonly IdentityChange[]): Promise<void> => {
  if (changes.length === 0) return;
  await tx.query(
    `UPDATE bot.identity AS i SET profile = coalesce(c.profile, i.profile), profile_key = coalesce(c.profile_key, i.profile_key),
       language = coalesce(c.language, i.language), number_asked_at = coalesce(i.number_asked_at, c.asked_at),
       is_member = coalesce(c.is_member, i.is_member)
     FROM unnest($1::uuid[], $2::bytea[], $3::bytea[], $4::text[], $5::timestamptz[], $6::boolean[])
       AS c(identity_id, profile, profile_key, language, asked_at, is_member)
     WHERE i.identity_id = c.identity_id`,
    [
      pgArray.uuid(changes.map(({ identityId }) => identityId)),
      pgArray.bytea(changes.map(({ profile }) => profile?.sealed ?? null)),
      pgArray.bytea(changes.map(({ profile }) => profile?.wrappedKey ?? null)),
      pgArray.text(changes.map(({ language }) => language ?? null)),
      pgArray.timestamptz(changes.map(({ numberAskedAtMs }) => numberAskedAtMs ?? null)),
      pgArray.bool(changes.map(({ isMember }) => isMember ?? null)),
    ],
  );
};
