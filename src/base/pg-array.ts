/*
 * Arrays as PostgreSQL's binary format wants them (PostgreSQL documentation, "Array Types"; src/backend/utils/adt/arrayfuncs.c
 * `array_send`): one dimension, each element its length and bytes. The driver sends a Buffer as it is; as text, a
 * batch of sealed bodies would be written in hex and parsed again, which measured a third of a batch's time (2026-11-24).
 */

import { parseIsoTime } from './clock.ts';

const OID = { bool: 16, bytea: 17, int8: 20, int4: 23, text: 25, date: 1082, timestamptz: 1184, uuid: 2950 } as const;

/** Milliseconds and days from the Unix epoch to PostgreSQL's, 2000-01-01. */
const EPOCH_MS = 946_684_800_000;
const DAY_MS = 86_400_000;

const HEAD_BYTES = 20;

const toArray = (oid: number, elements: readonly (Uint8Array | null)[]): Buffer => {
  const size = elements.reduce((sum, element) => sum + 4 + (element?.length ?? 0), HEAD_BYTES);
  const array = Buffer.allocUnsafe(size);
  array.writeInt32BE(1, 0);
  array.writeInt32BE(elements.includes(null) ? 1 : 0, 4);
  array.writeInt32BE(oid, 8);
  array.writeInt32BE(elements.length, 12);
  array.writeInt32BE(1, 16);
  let at = HEAD_BYTES;
  for (const element of elements) {
    at = array.writeInt32BE(element === null ? -1 : element.length, at);
    if (element !== null) {
      array.set(element, at);
      at += element.length;
    }
  }
  return array;
};

const fixed = (bytes: number, write: (buffer: Buffer) => void): Buffer => {
  const buffer = Buffer.allocUnsafe(bytes);
  write(buffer);
  return buffer;
};

type Nullable<T> = readonly (T | null)[];

const mapped =
  <T>(oid: number, encode: (value: T) => Uint8Array) =>
  (values: Nullable<T>): Buffer =>
    toArray(
      oid,
      values.map((value) => (value === null ? null : encode(value))),
    );

/** Values of one column as one parameter, to be unnested; cast each as `$n::type[]`. */
export const pgArray = Object.freeze({
  bytea: (values: Nullable<Uint8Array>): Buffer => toArray(OID.bytea, values),
  text: mapped<string>(OID.text, (value) => Buffer.from(value, 'utf8')),
  uuid: mapped<string>(OID.uuid, (value) => Buffer.from(value.replaceAll('-', ''), 'hex')),
  bool: mapped<boolean>(OID.bool, (value) => Uint8Array.of(value ? 1 : 0)),
  int4: mapped<number>(OID.int4, (value) => fixed(4, (buffer) => buffer.writeInt32BE(value))),
  int8: mapped<bigint>(OID.int8, (value) => fixed(8, (buffer) => buffer.writeBigInt64BE(value))),
  /** Days as `YYYY-MM-DD`. */
  date: mapped<string>(OID.date, (value) =>
    fixed(4, (buffer) => buffer.writeInt32BE((parseIsoTime(value) - EPOCH_MS) / DAY_MS)),
  ),
  /** Milliseconds since the Unix epoch. */
  timestamptz: mapped<number>(OID.timestamptz, (value) =>
    fixed(8, (buffer) => buffer.writeBigInt64BE(BigInt(Math.round(value) - EPOCH_MS) * 1000n)),
  ),
});
