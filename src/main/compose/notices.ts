import { describeError } from '../../base/fault.ts';
import { moveNotices, reopenNotices, type MoveDeps } from '../../conversation/notices/move-notices.ts';
import type { Ground } from './ground.ts';
import { composeLedger } from './core.ts';

/** Wake-ups come by NOTIFY; this is how long a lost one can cost, and how often kept notices are looked at. */
const EVERY_MS = 2_000;
/** Least time between two rounds: under load they are few and large. */
const REST_MS = 100;

export type NoticeJob = { readonly wake: () => void; readonly close: () => Promise<void> };

/** Carries the embedded ledger's notices to their hearers. Any number of workers may do so at once. */
export const openNoticeJob = async (ground: Ground): Promise<NoticeJob> => {
  const { database, ledgerDatabase, clock, keyStore: keys, noteEvent } = ground;
  const ledger = composeLedger(ground);
  const deps: MoveDeps = {
    database,
    clock,
    keys,
    noteEvent,
    readWaiting: ledger.readWaitingNotices,
    markMoved: ledger.markNoticesMoved,
  };
  let running: Promise<void> | undefined;
  let isWanted = false;

  const runOnce = async (): Promise<void> => {
    do {
      isWanted = false;
      await moveNotices(deps);
      await new Promise((resolve) => setTimeout(resolve, REST_MS));
    } while (isWanted);
  };
  const wake = (): void => {
    isWanted = true;
    running ??= runOnce()
      .catch((error: unknown) =>
        noteEvent('conversation.dependency_away', { reason: 'notices', detail: describeError(error) }),
      )
      .finally(() => {
        running = undefined;
      });
  };

  const unlisten = await ledgerDatabase.listen('notice', wake);
  const reopen = (): Promise<void> => reopenNotices(deps).catch(() => undefined);
  const timer = setInterval(() => {
    wake();
    void reopen();
  }, EVERY_MS);
  wake();
  return Object.freeze({
    wake,
    close: async () => {
      clearInterval(timer);
      await unlisten();
      await running;
    },
  });
};
