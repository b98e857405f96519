import type { Database, Reader, Transactor } from '../base/database.ts';
import { pgArray } from '../base/pg-array.ts';
import { newIdentityId, type IdentityId } from '../base/id.ts';
import type { AuditedEvent } from '../watch/events.ts';
import { keepAuditEntries } from '../watch/store.ts';
import { proveWho, resolveSpeaker, type Known, type Resolution, type Who } from './resolve.ts';

type IdentityRow = {
  identity_id: IdentityId;
  bsuid: string | null;
  phone: string | null;
  money_stopped: boolean;
  was_asked: boolean;
};

const COLUMNS = `i.identity_id, encode(i.bsuid_hash, 'hex') AS bsuid, encode(i.phone_hash, 'hex') AS phone,
  i.money_stopped, i.number_asked_at IS NOT NULL AS was_asked`;
const toKnown = (row: IdentityRow): Known => ({
  identityId: row.identity_id,
  bsuid: row.bsuid ?? undefined,
  phone: row.phone ?? undefined,
  moneyStopped: row.money_stopped,
  wasAsked: row.was_asked,
});
const bytes = (hex: string | undefined): Buffer | null => (hex === undefined ? null : Buffer.from(hex, 'hex'));
const hashesOf = (people: readonly Who[], kind: 'bsuid' | 'phone'): readonly Buffer[] =>
  [...new Set(people.flatMap((who) => who[kind] ?? []))].map((hex) => Buffer.from(hex, 'hex'));

/** Identities that hold any of these hashes, by hash; with `lock`, their lanes locked in the order all of us lock them. */
export const readIdentities = async (
  tx: Reader,
  people: readonly Who[],
  lock: 'lanes' | 'none',
): Promise<ReadonlyMap<string, Known>> => {
  const rows = await tx.query<IdentityRow>(
    `SELECT ${COLUMNS} FROM bot.identity AS i JOIN bot.lane AS l USING (identity_id)
     WHERE i.bsuid_hash = ANY($1::bytea[]) OR i.phone_hash = ANY($2::bytea[])
     ORDER BY i.identity_id ${lock === 'lanes' ? 'FOR UPDATE OF l' : ''}`,
    [pgArray.bytea(hashesOf(people, 'bsuid')), pgArray.bytea(hashesOf(people, 'phone'))],
  );
  return indexByHash(rows.map(toKnown));
};

const indexByHash = (identities: readonly Known[]): Map<string, Known> => {
  const byHash = new Map<string, Known>();
  for (const known of identities) {
    if (known.bsuid !== undefined) byHash.set(`bsuid:${known.bsuid}`, known);
    if (known.phone !== undefined) byHash.set(`phone:${known.phone}`, known);
  }
  return byHash;
};

/** What of a speaker's words counts, given the identities that are known. */
export const proveAmong = (who: Who, byHash: ReadonlyMap<string, Known>): Who =>
  proveWho(who, byHash.get(`bsuid:${who.bsuid ?? ''}`));

export const resolveAmong = (who: Who, byHash: ReadonlyMap<string, Known>): Resolution =>
  resolveSpeaker(who, byHash.get(`bsuid:${who.bsuid ?? ''}`), byHash.get(`phone:${who.phone ?? ''}`));

/**
 * Creates, binds and splits identities in a short transaction of its own: advisory locks on every hash, in sorted order,
 * let two doors that meet the same stranger take turns; rows are read only after the locks are held.
 */
export const settleIdentities = (
  database: Database,
  people: readonly Who[],
  nowMs: number,
): Promise<readonly AuditedEvent[]> =>
  database.transact(async (tx) => {
    await lockHashes(tx, people);
    const byHash = await readIdentities(tx, people, 'lanes');
    const proven = people.map((who) => proveAmong(who, byHash));
    const different = [...new Map(proven.map((who) => [`${who.bsuid ?? ''}/${who.phone ?? ''}`, who])).values()];
    const strangers = findStrangers(different, byHash);
    await createAll(tx, [...strangers]);
    const noted: Noted[] = [];
    for (const who of different) {
      if (strangers.has(who)) continue;
      const one = await apply(tx, who, resolveAmong(who, await readIdentities(tx, [who], 'none')));
      if (one) noted.push(one);
    }
    await keepAuditEntries(
      tx,
      'bot',
      noted.map(({ event, subject }) => ({ event, atMs: nowMs, subject, actor: 'system' })),
    );
    return noted.map(({ event }) => event);
  });

/** Those who are new and share no number or BSUID with anybody else of the batch: they can be created together. */
const findStrangers = (people: readonly Who[], byHash: ReadonlyMap<string, Known>): ReadonlySet<Who> => {
  const uses = new Map<string, number>();
  const hashes = ({ bsuid, phone }: Who): readonly string[] => [
    ...(bsuid === undefined ? [] : [`bsuid:${bsuid}`]),
    ...(phone === undefined ? [] : [`phone:${phone}`]),
  ];
  for (const hash of people.flatMap(hashes)) uses.set(hash, (uses.get(hash) ?? 0) + 1);
  const isAlone = (who: Who): boolean => hashes(who).every((hash) => uses.get(hash) === 1);
  return new Set(people.filter((who) => isAlone(who) && resolveAmong(who, byHash).act === 'create'));
};

/** What most strangers of a day are: three statements for all of a batch. */
const createAll = async (tx: Transactor, strangers: readonly Who[]): Promise<void> => {
  if (strangers.length === 0) return;
  const ids = pgArray.uuid(strangers.map(() => newIdentityId()));
  await tx.query(
    `INSERT INTO bot.identity (identity_id, bsuid_hash, phone_hash)
     SELECT * FROM unnest($1::uuid[], $2::bytea[], $3::bytea[])`,
    [
      ids,
      pgArray.bytea(strangers.map(({ bsuid }) => bytes(bsuid))),
      pgArray.bytea(strangers.map(({ phone }) => bytes(phone))),
    ],
  );
  await tx.query('INSERT INTO bot.lane (identity_id) SELECT * FROM unnest($1::uuid[])', [ids]);
};

const lockHashes = (tx: Transactor, people: readonly Who[]): Promise<unknown> => {
  const keys = people
    .flatMap((who) => [who.bsuid, who.phone])
    .flatMap((hex) => (hex === undefined ? [] : [BigInt.asIntN(64, BigInt(`0x${hex.slice(0, 16)}`))]));
  const sorted = [...new Set(keys)].sort((a, b) => (a < b ? -1 : 1));
  return tx.query('SELECT pg_advisory_xact_lock(k) FROM unnest($1::bigint[]) WITH ORDINALITY AS s(k, n) ORDER BY n', [
    sorted,
  ]);
};

type Noted = { readonly event: AuditedEvent; readonly subject: IdentityId };

const apply = async (tx: Transactor, who: Who, resolution: Resolution): Promise<Noted | undefined> => {
  switch (resolution.act) {
    case 'use':
      return undefined;
    case 'create':
      await create(tx, who, 'open');
      return undefined;
    case 'bind':
      await tx.query('UPDATE bot.identity SET bsuid_hash = $2 WHERE identity_id = $1', [
        resolution.identityId,
        bytes(who.bsuid),
      ]);
      return { event: 'identity.bound', subject: resolution.identityId };
    case 'attach':
      await tx.query('UPDATE bot.identity SET phone_hash = $2 WHERE identity_id = $1', [
        resolution.identityId,
        bytes(who.phone),
      ]);
      return { event: 'identity.number_attached', subject: resolution.identityId };
    case 'move':
      // Closed with what still waits in its lane: that is answered as from somebody without a number.
      await tx.query(
        "UPDATE bot.identity SET bsuid_hash = NULL, standing = 'closed', merged_into = $2 WHERE identity_id = $1",
        [resolution.from, resolution.to],
      );
      await tx.query('UPDATE bot.identity SET bsuid_hash = $2 WHERE identity_id = $1', [
        resolution.to,
        bytes(who.bsuid),
      ]);
      return { event: 'identity.bound', subject: resolution.to };
    case 'contest':
      return contest(tx, who, resolution);
    case 'differ':
      await tx.query('UPDATE bot.identity SET money_stopped = true WHERE identity_id = $1', [resolution.identityId]);
      return { event: 'identity.number_differs', subject: resolution.identityId };
  }
};

const contest = async (
  tx: Transactor,
  who: Who,
  { holder, speaker }: Resolution & { act: 'contest' },
): Promise<Noted> => {
  await tx.query(
    "UPDATE bot.identity SET phone_hash = NULL, standing = 'frozen', money_stopped = true WHERE identity_id = $1",
    [holder],
  );
  if (speaker === undefined) return { event: 'identity.number_contested', subject: await create(tx, who, 'contested') };
  await tx.query(
    "UPDATE bot.identity SET phone_hash = $2, money_stopped = true, standing = CASE standing WHEN 'frozen' THEN 'frozen' ELSE 'contested' END WHERE identity_id = $1",
    [speaker, bytes(who.phone)],
  );
  return { event: 'identity.number_contested', subject: speaker };
};

const create = async (tx: Transactor, who: Who, standing: 'open' | 'contested'): Promise<IdentityId> => {
  const identityId = newIdentityId();
  await tx.query(
    'INSERT INTO bot.identity (identity_id, bsuid_hash, phone_hash, standing, money_stopped) VALUES ($1, $2, $3, $4, $5)',
    [identityId, bytes(who.bsuid), bytes(who.phone), standing, standing === 'contested'],
  );
  await tx.query('INSERT INTO bot.lane (identity_id) VALUES ($1)', [identityId]);
  return identityId;
};
