import { newUuid } from '../../base/id.ts';

/**
 * A message id of the shape Meta's have: base64 of a small binary structure that holds the other side's number (or
 * BSUID) in clear and a random part. That is why the program must never log or keep one as it is.
 */
export const newWamid = (address: string, direction: 'inbound' | 'outbound'): string => {
  const inbound = direction === 'inbound';
  const random = newUuid().replaceAll('-', '').toUpperCase();
  const unique = inbound ? `3A${random.slice(0, 18)}` : random.slice(0, 18);
  const bytes = Buffer.concat([
    Buffer.from([0x1c, 0x18, address.length]),
    Buffer.from(address, 'latin1'),
    Buffer.from([0x15, 0x02, 0x00, inbound ? 0x12 : 0x11, 0x18, unique.length]),
    Buffer.from(unique, 'latin1'),
    Buffer.from([0x00]),
  ]);
  return `wamid.${bytes.toString('base64')}`;
};

/** The address inside an id made by `newWamid`. */
export const addressOfWamid = (wamid: string): string | undefined => {
  if (!wamid.startsWith('wamid.')) return undefined;
  const bytes = Buffer.from(wamid.slice('wamid.'.length), 'base64');
  const length = bytes[2] ?? 0;
  return bytes[0] === 0x1c && bytes.length > length + 3 ? bytes.subarray(3, 3 + length).toString('latin1') : undefined;
};
