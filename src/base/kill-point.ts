/**
 * Named moments of a message's way at which a test may kill the process (`reference` of each name: the fault model in
 * SECURITY.md). Handed in by the composition in tests only; everywhere else there is none, and nothing is awaited.
 */
export type KillPoint = 'P1' | 'P2' | 'P3' | 'P4' | 'P5' | 'P6' | 'P9' | 'P10' | 'P12';
export type AtKillPoint = (point: KillPoint) => Promise<void>;
