import { mkdir } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Fault } from '../../base/fault.ts';
import { spawnKeeper, type SpawnedKeeper } from './keeper-spawn.ts';
import { onLine, sendLine, type Control, type Opened, type Said, type Wants } from './keeper-wire.ts';
import { readKeeperSocket } from './places.ts';

type HoldDeps = { readonly dataDir: string; readonly note: (line: string) => void; readonly wants: Wants };
type Processes = Extract<Said, { say: 'done' }>['processes'];
type Held = {
  readonly opened: Opened;
  readonly ask: (control: Control) => Promise<Processes>;
  readonly release: () => Promise<void>;
};
type Waiting = { readonly done: (processes: Processes) => void; readonly fail: (fault: Fault) => void };

const RETRY_MS = 25;
/** Downloads included. */
const OPEN_MS = 300_000;
const KEEPER_FAILURES_MAX = 3;

const connectTo = (path: string): Promise<Socket | undefined> =>
  new Promise((settle) => {
    const socket = connect(path, () => settle(socket));
    socket.on('error', () => settle(undefined));
  });

/**
 * Holds this folder's stores for as long as this process lives or until `release`. A keeper that is killed is replaced,
 * and its stores started again at the same addresses.
 * @throws {Fault} what the keeper could not do, or `stores.no_keeper`
 */
export const holdKeeper = async ({ dataDir, note, wants }: HoldDeps): Promise<Held> => {
  const waiting = new Map<number, Waiting>();
  let asked = 0;
  let isReleased = false;
  let socket: Socket | undefined;
  let attaching: Promise<Opened>;

  const take = (said: Said): void => {
    if (said.say === 'note') return note(said.line);
    if (said.say !== 'done' && said.say !== 'not_done') return;
    const { done, fail } = waiting.get(said.id) ?? {};
    waiting.delete(said.id);
    if (said.say === 'done') done?.(said.processes);
    else fail?.(new Fault('stores.not_done', { retry: 'later', detail: said.why }));
    if (waiting.size === 0) socket?.unref();
  };

  const lose = (): void => {
    socket = undefined;
    for (const { fail } of waiting.values()) fail(new Fault('stores.keeper_gone', { retry: 'later' }));
    waiting.clear();
    if (isReleased) return;
    note('the keeper of the stores is gone: starting another');
    attaching = attach();
    attaching.catch((error: unknown) => note(`no keeper: ${error instanceof Fault ? error.detail : String(error)}`));
  };

  const attach = async (): Promise<Opened> => {
    const attached = await attachOnce({ dataDir, wants, take });
    socket = attached.socket;
    socket.on('close', lose);
    // A command that has nothing more to do ends, released or not.
    if (attached.socket.destroyed) lose();
    else socket.unref();
    return attached.opened;
  };

  const ask = async (control: Control): Promise<Processes> => {
    await attaching;
    return new Promise((done, fail) => {
      if (!socket) return fail(new Fault('stores.keeper_gone', { retry: 'later' }));
      const id = (asked += 1);
      waiting.set(id, { done, fail });
      socket.ref();
      sendLine(socket, { ask: 'control', id, control });
    });
  };

  const release = async (): Promise<void> => {
    if (isReleased) return;
    isReleased = true;
    await attaching.catch(() => undefined);
    const last = socket;
    if (!last || last.destroyed) return;
    last.ref();
    sendLine(last, { ask: 'release' });
    await new Promise((settle) => last.once('close', settle));
  };

  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  attaching = attach();
  return Object.freeze({ opened: await attaching, ask, release });
};

type AttachDeps = { readonly dataDir: string; readonly wants: Wants; readonly take: (said: Said) => void };
type Attached = { readonly socket: Socket; readonly opened: Opened };

/** Tries until somebody's keeper answers; starts one whenever there is none and ours, if any, has ended. */
const attachOnce = async (deps: AttachDeps): Promise<Attached> => {
  let keeper: SpawnedKeeper | undefined;
  for (let tries = 0, failures = 0; tries * RETRY_MS < OPEN_MS; tries += 1) {
    const path = await readKeeperSocket(deps.dataDir);
    const socket = path === undefined ? undefined : await connectTo(path);
    const attached = socket && (await openOn(socket, deps));
    if (attached) return attached;
    const code = keeper?.exitCode();
    if (code !== undefined && code !== 0) failures += 1;
    if (failures >= KEEPER_FAILURES_MAX) {
      throw new Fault('stores.no_keeper', { retry: 'later', detail: (await keeper?.readLog()) ?? '' });
    }
    if (!keeper || code !== undefined) keeper = await spawnKeeper(deps.dataDir);
    await sleep(RETRY_MS);
  }
  throw new Fault('stores.no_keeper', { retry: 'later', detail: `no keeper of ${deps.dataDir} answers` });
};

/** Undefined when the keeper ended meanwhile, which one that has lost its last holder does. */
const openOn = (socket: Socket, { wants, take }: AttachDeps): Promise<Attached | undefined> =>
  new Promise((settle, fail) => {
    socket.once('close', () => settle(undefined));
    onLine<Said>(socket, (said) => {
      if (said.say === 'opened') settle({ socket, opened: said.opened });
      else if (said.say === 'failed') {
        fail(new Fault(said.code, { retry: 'never', detail: said.why }));
        socket.destroy();
      } else take(said);
    });
    sendLine(socket, { ask: 'open', wants });
  });
