import type { Socket } from 'node:net';
import { Fault, describeError } from '../../base/fault.ts';
import type { createKeeperStores } from './keeper-stores.ts';
import { onLine, sendLine, type Asked, type Opened, type Said, type Wants } from './keeper-wire.ts';

type HoldersDeps = {
  readonly stores: ReturnType<typeof createKeeperStores>;
  /** Called once. */
  readonly end: () => Promise<void>;
  /** What was to be said before anybody was there. */
  readonly notes: readonly string[];
};

/** A command that was killed is often started again at once. */
const GRACE_MS = 1_000;
/** The one who started the keeper may be killed before it connects. */
const FIRST_HOLDER_MS = 5_000;

/** Who holds the stores, each by an open connection, and what they ask. */
export const createHolders = ({ stores, end, notes }: HoldersDeps) => {
  const connected = new Set<Socket>();
  let memoryHolder: Socket | undefined;
  let isEnding = false;

  const close = (): void => {
    if (isEnding) return;
    isEnding = true;
    void end();
  };
  const closeIfAlone = (): void => {
    if (connected.size === 0) close();
  };
  const idle = setTimeout(closeIfAlone, FIRST_HOLDER_MS);

  /** The stand-in lives inside one process: a second would count limits and locks of its own. */
  const lendMemory = (socket: Socket, wants: Wants, redisFault: unknown): 'memory' => {
    if (memoryHolder && memoryHolder !== socket) {
      const detail = 'another command uses the in-process Redis stand-in, which cannot be shared: install redis-server';
      throw new Fault('stores.memory_redis_taken', { retry: 'never', detail });
    }
    if (!wants.memoryRedis) throw redisFault;
    memoryHolder = socket;
    const why = redisFault instanceof Fault ? (redisFault.detail ?? redisFault.code) : 'none was found';
    sendLine(socket, { say: 'note', line: `Redis is the in-process stand-in, for this command alone: ${why}` });
    return 'memory';
  };

  const open = async (socket: Socket, wants: Wants): Promise<Opened> => {
    const isLent = memoryHolder !== undefined && memoryHolder !== socket && wants.redis !== 'none';
    const { opened, redisFault } = await stores.open(isLent ? { ...wants, redis: 'nowhere' } : wants);
    if (isLent || redisFault !== undefined) return { ...opened, redis: lendMemory(socket, wants, redisFault) };
    return opened;
  };

  const answer = async (socket: Socket, asked: Asked): Promise<void> => {
    if (isEnding) return;
    if (asked.ask === 'release') {
      forget(socket);
      // The last one's connection stays until the keeper has ended: that is how it learns that the stores are down.
      if (connected.size === 0) close();
      else socket.end();
    } else if (asked.ask === 'open') {
      try {
        sendLine(socket, { say: 'opened', opened: await open(socket, asked.wants) });
      } catch (error) {
        const code = error instanceof Fault ? error.code : 'stores.not_opened';
        sendLine(socket, { say: 'failed', code, why: explain(error) });
      }
    } else {
      sendLine(socket, await obey(stores, asked));
    }
  };

  const forget = (socket: Socket): void => {
    connected.delete(socket);
    if (memoryHolder === socket) memoryHolder = undefined;
  };

  const welcome = (socket: Socket): void => {
    clearTimeout(idle);
    connected.add(socket);
    for (const line of notes) sendLine(socket, { say: 'note', line });
    onLine<Asked>(socket, (asked) => void answer(socket, asked));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      if (!connected.has(socket)) return;
      forget(socket);
      if (connected.size === 0) setTimeout(closeIfAlone, GRACE_MS);
    });
  };

  const note = (line: string): void => {
    for (const socket of connected) sendLine(socket, { say: 'note', line });
  };

  return Object.freeze({ welcome, note, close });
};

const obey = async (
  stores: HoldersDeps['stores'],
  { id, control }: Extract<Asked, { ask: 'control' }>,
): Promise<Said> => {
  try {
    await stores.control(control);
    return { say: 'done', id, processes: await stores.processes() };
  } catch (error) {
    return { say: 'not_done', id, why: explain(error) };
  }
};

const explain = (error: unknown): string =>
  error instanceof Fault ? (error.detail ?? error.code) : `${describeError(error)} ${String(error)}`;
