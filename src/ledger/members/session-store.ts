import { isoTime, type Clock } from '../../base/clock.ts';
import type { Database, Reader } from '../../base/database.ts';
import type { Session } from './sessions.ts';

export const readStanding = async (reader: Reader, { sessionId, memberId, issuedAtMs }: Session): Promise<boolean> => {
  const rows = await reader.query(
    `SELECT FROM ledger.member m
     WHERE m.member_id = $1 AND m.erased_at IS NULL AND m.tokens_valid_from <= $3
       AND NOT EXISTS (SELECT FROM ledger.revoked_session r WHERE r.session_id = $2)`,
    [memberId, sessionId, isoTime(issuedAtMs)],
  );
  return rows.length > 0;
};

export const createRevoke =
  (database: Database, clock: Clock) =>
  async ({ sessionId, memberId, endsAtMs }: Session): Promise<void> => {
    await database.query(
      `INSERT INTO ledger.revoked_session (session_id, member_id, revoked_at, ends_at)
       VALUES ($1, $2, now() + $3 * interval '1 ms', $4) ON CONFLICT (session_id) DO NOTHING`,
      [sessionId, memberId, clock.offsetMs(), isoTime(endsAtMs)],
    );
  };
