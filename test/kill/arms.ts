import type { Chance } from './chance.ts';
import type { RoleName, Town } from './town.ts';

/** Makes processes die until the answer is called. */
export type Arm = (town: Town, chance: Chance) => Promise<() => Promise<void>>;
/** The passing of its point that a life ends at lies between these. */
export type Passings = { readonly from: number; readonly to: number };

export const WORKERS = ['work-1', 'work-2'] as const;

/** Every life of these processes ends at a passing of the point, drawn anew, until disarmed. */
export const killAt =
  (point: string, roles: readonly RoleName[], { from, to }: Passings): Arm =>
  async (town, chance) => {
    for (const role of roles) town.order(role, () => ['--kill-at', `${point}:${chance.between(from, to)}`]);
    await town.restartAll(roles);
    return async () => {
      for (const role of roles) town.order(role);
      await town.restartAll(roles);
    };
  };

/** P11 lies outside of the program: Graph has taken the message, and its answer meets nobody. */
export const killAtP11 =
  ({ from, to }: Passings): Arm =>
  async (town, chance) => {
    for (const role of WORKERS) {
      let left = chance.between(from, to);
      town.wires[role].beforeAnswer = () => {
        left -= 1;
        if (left > 0) return true;
        left = chance.between(from, to);
        town.kill(role, 'SIGKILL');
        return false;
      };
    }
    return async () => {
      for (const role of WORKERS) town.wires[role].beforeAnswer = undefined;
    };
  };
