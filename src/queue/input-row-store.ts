import type { Input } from './queue.ts';

/** A row of `bot.input AS i`, by `INPUT_COLUMNS`. */
export type InputRow = {
  day: string;
  input_id: bigint;
  kind: Input['kind'];
  dedupe: Buffer;
  order_ms: number;
  kept_ms: number;
  may_move_money: boolean;
  route: Input['route'];
  body: Buffer;
};

export const INPUT_COLUMNS = `i.day, i.input_id, i.kind, i.dedupe, i.may_move_money, i.route, i.body,
  (extract(epoch FROM i.order_at) * 1000)::float8 AS order_ms, (extract(epoch FROM i.kept_at) * 1000)::float8 AS kept_ms`;

export const toInput = (row: InputRow): Input => ({
  day: row.day,
  inputId: row.input_id,
  kind: row.kind,
  dedupe: row.dedupe,
  orderAtMs: row.order_ms,
  keptAtMs: row.kept_ms,
  mayMoveMoney: row.may_move_money,
  route: row.route,
  body: row.body,
});
