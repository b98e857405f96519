import type { AtKillPoint } from '../base/kill-point.ts';
import { Fault } from '../base/fault.ts';
import type { CommandContext } from './command.ts';

/** Taken by the roles that a message passes through. Not in usage: nobody but a test has a use for it. */
export const KILL_OPTION = { 'kill-at': { type: 'string' } } as const;

const dieAtOnce = (): void => void process.kill(process.pid, 'SIGKILL');

/**
 * `--kill-at P3:7`: the process kills itself at its seventh passing of P3, as nothing else could at so exact a moment.
 * Exists with `APP_ENV=test` only: elsewhere a command line that asks for it is refused before anything is opened.
 *
 * @throws {Fault} `main.kill_point_refused` outside of tests, and for what names no point and passing.
 */
export const readKillAt = (
  { args, config }: Pick<CommandContext, 'args' | 'config'>,
  die: () => void = dieAtOnce,
): AtKillPoint | undefined => {
  const wanted = args.options['kill-at'];
  if (wanted === undefined) return undefined;
  const [, point, passing] = /^(P[1-9][0-9]?):([1-9][0-9]{0,5})$/.exec(String(wanted)) ?? [];
  if (config.environment !== 'test' || point === undefined) {
    throw new Fault('main.kill_point_refused', { retry: 'never', detail: 'kill points are for tests' });
  }
  let left = Number(passing);
  return (passed) => {
    if (passed !== point) return;
    left -= 1;
    if (left === 0) die();
  };
};
