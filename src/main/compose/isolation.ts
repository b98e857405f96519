import { createBury } from '../../conversation/turns/bury.ts';
import { createIdentityReader } from '../../conversation/turns/identity-store.ts';
import { sealReply, type SealedReply } from '../../delivery/seal-reply.ts';
import { keepReplies } from '../../delivery/store.ts';
import type { AtKillPoint } from '../../base/kill-point.ts';
import type { IdentityId } from '../../base/id.ts';
import type { CommandContext } from '../command.ts';
import { PROGRAM, startChild } from '../supervised-child.ts';
import type { Ground } from './ground.ts';
import { openWorker, type Worker } from './worker.ts';

/** How long an isolated lane may take before its process is killed. */
const ISOLATED_MS = 20_000;

export const composeBury = ({
  database,
  clock,
  noteEvent,
  keyStore,
  config,
}: Ground): ((identityId: IdentityId) => Promise<void>) =>
  createBury<SealedReply>({
    database,
    clock,
    noteEvent,
    keyStore,
    ring: config.keyRing,
    identities: createIdentityReader(database),
    sealReply: (message) => sealReply(keyStore, message, clock.now()),
    keepReplies,
  });

/** A worker whose troubled lanes run in child processes of this program. */
export const openIsolatingWorker = (ground: Ground, context: CommandContext, at?: AtKillPoint): Promise<Worker> =>
  openWorker(ground, {
    isolate: (identityId) => runAlone(context, identityId),
    bury: composeBury(ground),
    ...(at && { at }),
  });

/** Resolves when the child has ended, however; what it did not finish was a try. */
const runAlone = async ({ snapshot, dataDir, cacheDir }: CommandContext, identityId: IdentityId): Promise<void> => {
  const child = startChild({
    program: PROGRAM,
    args: ['lane', identityId, '--data', dataDir, '--cache', cacheDir, '--supervised', 'lane'],
    snapshot,
    onReady: () => undefined,
  });
  const timer = setTimeout(() => child.kill('silent'), ISOLATED_MS);
  await child.ended;
  clearTimeout(timer);
};
