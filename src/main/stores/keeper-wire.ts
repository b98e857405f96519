import type { Socket } from 'node:net';
import { createInterface } from 'node:readline';

/** What one holder needs; `none` where it has an address of its own. */
export type Wants = {
  readonly cacheDir: string;
  readonly postgres: 'none' | 'any' | 'machine' | 'package';
  readonly redis: 'none' | 'any' | 'machine' | 'download' | 'nowhere';
  readonly memoryRedis: boolean;
};

export type Control =
  | { readonly act: 'stop'; readonly store: 'postgres' | 'redis'; readonly how: 'fast' | 'immediate' }
  | { readonly act: 'start'; readonly store: 'postgres' | 'redis' }
  | { readonly act: 'flush_redis' }
  | { readonly act: 'look' };

export type Opened = {
  readonly postgres?: { readonly url: string; readonly version: string };
  readonly redis?: { readonly url: string; readonly version: string } | 'memory';
};

type Processes = { readonly keeper: number; readonly postgres?: number; readonly redis?: number };

/** Holder to keeper. A holder holds for as long as its connection is open: the kernel closes a killed one's. */
export type Asked =
  | { readonly ask: 'open'; readonly wants: Wants }
  | { readonly ask: 'control'; readonly id: number; readonly control: Control }
  | { readonly ask: 'release' };

/** Keeper to holder. */
export type Said =
  | { readonly say: 'note'; readonly line: string }
  | { readonly say: 'opened'; readonly opened: Opened }
  | { readonly say: 'failed'; readonly code: string; readonly why: string }
  | { readonly say: 'done'; readonly id: number; readonly processes: Processes }
  | { readonly say: 'not_done'; readonly id: number; readonly why: string };

/** One JSON value a line. Both ends are this program and the socket's folder is private, so the type is believed. */
export const sendLine = (socket: Socket, message: Asked | Said): void => {
  if (socket.writable) socket.write(`${JSON.stringify(message)}\n`);
};

export const onLine = <Message extends Asked | Said>(socket: Socket, take: (message: Message) => void): void => {
  createInterface({ input: socket, crlfDelay: Infinity })
    // The socket's own listeners deal with its errors.
    .on('error', () => undefined)
    .on('line', (line) => {
      take(JSON.parse(line) as Message);
    });
};
