import { pgArray } from '../base/pg-array.ts';
import type { Transactor } from '../base/database.ts';
import type { AuditedEvent } from './events.ts';

/**
 * An audit entry: what happened, to which pseudonyms, and a salted commitment to the details that may not stand in it
 * (I9). The tree over these rows comes later; the rows are append-only by trigger.
 */
export type AuditEntry = {
  readonly event: AuditedEvent;
  readonly atMs: number;
  /** The person or object it tells of: a random id. */
  readonly subject: string;
  /** Who did it: an identity, `system`, or an operator's id. */
  readonly actor: string;
  /** Literals of ours: reason, outcome. */
  readonly reason?: string;
  readonly salt?: Uint8Array;
  readonly commitment?: Uint8Array;
};

/** Writes entries in the transaction of what they tell of. `schema` is the room's own: `bot` or `ledger`. */
export const keepAuditEntries = async (
  tx: Transactor,
  schema: 'bot' | 'ledger',
  entries: readonly AuditEntry[],
): Promise<void> => {
  if (entries.length === 0) return;
  await tx.query(
    `INSERT INTO ${schema}.audit_entry (event, at, subject, actor, reason, salt, commitment)
     SELECT * FROM unnest($1::text[], $2::timestamptz[], $3::text[], $4::text[], $5::text[], $6::bytea[], $7::bytea[])`,
    [
      pgArray.text(entries.map(({ event }) => event)),
      pgArray.timestamptz(entries.map(({ atMs }) => atMs)),
      pgArray.text(entries.map(({ subject }) => subject)),
      pgArray.text(entries.map(({ actor }) => actor)),
      pgArray.text(entries.map(({ reason }) => reason ?? null)),
      pgArray.bytea(entries.map(({ salt }) => salt ?? null)),
      pgArray.bytea(entries.map(({ commitment }) => commitment ?? null)),
    ],
  );
};
