import { createHash } from 'node:crypto';

/** SHA-256, for recognising the same bytes again; not for anything a stranger may guess (see `blindIndex`). */
export const digest = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest();
