import type { Transactor } from '../../base/database.ts';
import type { Denomination } from '../../base/money.ts';
import type { AccountType } from '../ledger.ts';

export type NewMemberRow = {
  readonly memberId: string;
  readonly kind: 'person' | 'house';
  readonly phoneIndex: Buffer | null;
  readonly handleIndex: Buffer;
  readonly profile: Buffer;
  readonly memberKey: Buffer;
  readonly tier: number;
  readonly defaultDenomination: Denomination;
};

export type NewAccountRow = {
  readonly accountId: string;
  readonly ownerId: string;
  readonly type: AccountType;
  readonly handleIndex: Buffer;
  readonly profile: Buffer;
  readonly defaultDenomination: Denomination;
  readonly audited: boolean;
  readonly trust?: { readonly denomination: Denomination; readonly subtype: 'BANK' | 'VAULT' };
  readonly offering?: { readonly cxxMinor: bigint; readonly denomination: Denomination };
};

/** Keeps members; those whose number or handle is taken are left out. Returns the ids of those kept. */
export const insertMembers = async (
  tx: Transactor,
  rows: readonly NewMemberRow[],
  offsetMs: number,
): Promise<ReadonlySet<string>> => {
  const kept = await tx.query<{ member_id: string }>(
    `INSERT INTO ledger.member (member_id, kind, phone_index, handle_index, profile, member_key, tier, default_denomination, made_at)
     SELECT r.*, now() + $9 * interval '1 ms'
     FROM unnest($1::uuid[], $2::text[], $3::bytea[], $4::bytea[], $5::bytea[], $6::bytea[], $7::smallint[], $8::text[]) AS r
     ON CONFLICT DO NOTHING
     RETURNING member_id`,
    [
      rows.map((row) => row.memberId),
      rows.map((row) => row.kind),
      rows.map((row) => row.phoneIndex),
      rows.map((row) => row.handleIndex),
      rows.map((row) => row.profile),
      rows.map((row) => row.memberKey),
      rows.map((row) => row.tier),
      rows.map((row) => row.defaultDenomination),
      offsetMs,
    ],
  );
  return new Set(kept.map(({ member_id }) => member_id));
};

/** Keeps accounts with their owner authorised and hearing of offers. A taken handle leaves that account out. */
export const insertAccounts = async (
  tx: Transactor,
  rows: readonly NewAccountRow[],
  offsetMs: number,
): Promise<ReadonlySet<string>> => {
  const kept = await tx.query<{ account_id: string }>(
    `WITH kept AS (
       INSERT INTO ledger.account (account_id, owner_id, type, handle_index, profile, default_denomination, send_offers_to, audited,
         subtype, denomination, offering_cxx_minor, offering_denomination, made_at)
       SELECT r.account_id, r.owner_id, r.type, r.handle_index, r.profile, r.default_denomination, r.owner_id, r.audited,
         r.subtype, r.denomination, r.offering_cxx, r.offering_denomination, now() + $12 * interval '1 ms'
       FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::bytea[], $5::bytea[], $6::text[], $7::boolean[], $8::text[], $9::text[],
         $10::bigint[], $11::text[]) AS r (account_id, owner_id, type, handle_index, profile, default_denomination, audited, subtype,
         denomination, offering_cxx, offering_denomination)
       ON CONFLICT DO NOTHING
       RETURNING account_id, owner_id, made_at),
     granted AS (
       INSERT INTO ledger.account_authorization (account_id, member_id, made_at) SELECT account_id, owner_id, made_at FROM kept)
     SELECT account_id FROM kept`,
    [
      rows.map((row) => row.accountId),
      rows.map((row) => row.ownerId),
      rows.map((row) => row.type),
      rows.map((row) => row.handleIndex),
      rows.map((row) => row.profile),
      rows.map((row) => row.defaultDenomination),
      rows.map((row) => row.audited),
      rows.map((row) => row.trust?.subtype ?? null),
      rows.map((row) => row.trust?.denomination ?? null),
      rows.map((row) => row.offering?.cxxMinor ?? null),
      rows.map((row) => row.offering?.denomination ?? null),
      offsetMs,
    ],
  );
  return new Set(kept.map(({ account_id }) => account_id));
};
