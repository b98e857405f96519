import { setTimeout as sleep } from 'node:timers/promises';
import { describeError } from '../../base/fault.ts';
import type { Program, StopHow } from './program.ts';

export type TendedProgram = {
  /** Resolves once it answers; at once when it already does. */
  readonly start: () => Promise<void>;
  /** Stays stopped until started. */
  readonly stop: (how: StopHow) => Promise<void>;
  readonly pid: () => number | undefined;
};

type TendDeps = {
  readonly name: string;
  readonly launch: () => Promise<Program>;
  readonly note: (line: string) => void;
};

const FIRST_PAUSE_MS = 50;
const PAUSE_MS_MAX = 1_000;

/** Starts a program again whenever it ends without having been stopped. */
export const tendProgram = ({ name, launch, note }: TendDeps): TendedProgram => {
  let running: Program | undefined;
  let isWanted = false;
  let turn: Promise<unknown> = Promise.resolve();

  /** One change at a time: a stop during a start waits for it. */
  const inTurn = (change: () => Promise<void>): Promise<void> => {
    const mine = turn.then(change);
    turn = mine.catch(() => undefined);
    return mine;
  };

  const launchIfWanted = async (): Promise<void> => {
    if (running || !isWanted) return;
    const program = await launch();
    running = program;
    void program.ended.then(() => {
      if (running !== program) return;
      running = undefined;
      note(`${name} ended by itself: starting it again`);
      void revive();
    });
  };

  const revive = async (): Promise<void> => {
    for (let pauseMs = FIRST_PAUSE_MS; isWanted && !running; pauseMs = Math.min(pauseMs * 2, PAUSE_MS_MAX)) {
      try {
        await inTurn(launchIfWanted);
      } catch (error) {
        note(`${name} does not start: ${describeError(error)}`);
        await sleep(pauseMs);
      }
    }
  };

  return Object.freeze({
    start: () => {
      isWanted = true;
      return inTurn(launchIfWanted);
    },
    stop: (how: StopHow) => {
      isWanted = false;
      return inTurn(async () => {
        const program = running;
        running = undefined;
        await program?.stop(how);
      });
    },
    pid: () => running?.pid,
  });
};
