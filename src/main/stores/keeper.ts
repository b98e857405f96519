/*
 * The keeper: one detached process for each data folder, started by the first holder, that runs the embedded stores.
 * Arrives: the data folder as the one argument; holders' connections on a private Unix socket.
 * Leaves: the stores' addresses, to each holder.
 * Promised: never two for one folder; a store that dies is started again; after the last holder has gone, by release or
 * by SIGKILL, the stores are stopped in good order and the keeper ends. Exit code 0, also when another keeper is there.
 */
import { rm } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { assert } from '../../base/assert.ts';
import { createHolders } from './keeper-holders.ts';
import { takeLock } from './keeper-lock.ts';
import { createKeeperStores } from './keeper-stores.ts';
import { lockFolder, preparePlaces, readKeeperSocket, writeKeeperSocket } from './places.ts';
import { listRunAs } from './run-as.ts';

const LOCK_POLL_MS = 25;
const LOCK_MS = 30_000;

const isAnswering = async (socketPath: string | undefined): Promise<boolean> =>
  socketPath !== undefined &&
  new Promise((settle) => {
    const socket = connect(socketPath, () => {
      settle(true);
      socket.destroy();
    }).on('error', () => settle(false));
  });

/** Undefined when another keeper serves this folder, be it from another container, where its process cannot be seen. */
const becomeTheOne = async (dataDir: string): Promise<(() => Promise<void>) | undefined> => {
  for (let waitedMs = 0; waitedMs < LOCK_MS; waitedMs += LOCK_POLL_MS) {
    if (await isAnswering(await readKeeperSocket(dataDir))) return undefined;
    const release = await takeLock(lockFolder(dataDir));
    if (release) return release;
    // Either the other is about to listen, or it is stopping its stores.
    await sleep(LOCK_POLL_MS);
  }
  return undefined;
};

const listen = (server: Server, path: string): Promise<void> =>
  new Promise((settle, fail) => {
    server.once('error', fail).listen(path, settle);
  });

const keep = async (dataDir: string): Promise<void> => {
  const releaseLock = await becomeTheOne(dataDir);
  if (!releaseLock) return;
  const [as] = await listRunAs();
  const early: string[] = [];
  const places = await preparePlaces(dataDir, as, (line) => early.push(line));
  const stores = createKeeperStores({ places, as, note: (line) => holders.note(line) });
  const server = createServer();
  const end = async (): Promise<void> => {
    server.close();
    try {
      await stores.stopAll();
      await places.tidy();
      await releaseLock();
    } finally {
      // Whoever waits for the stores to be down waits for this.
      process.exit(0);
    }
  };
  const holders = createHolders({ stores, end, notes: early });
  server.on('connection', holders.welcome);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => holders.close());
  await rm(places.keeperSocket, { force: true });
  await listen(server, places.keeperSocket);
  await writeKeeperSocket(places);
};

const [, , dataDir] = process.argv;
assert(dataDir !== undefined, 'the keeper is told its data folder');
// Folders are given their modes one by one; copies of programs are for every user.
process.umask(0o022);
await keep(dataDir);
