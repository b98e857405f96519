/**
 * Named moments of a message's way at which a test may kill the process: P1 webhook read · P2 committed, before the 200 ·
 * P3 after the 200 · P4 lane claimed · P5 session read · P6 before core is called for a payment · P9 core's reply received, before our commit · P10 our commit,
 * before the send · P11 Graph has received, before its reply (a fake kills there) · P12 Graph has replied, before our
 * mark. Handed in by the composition in tests only; everywhere else there is none, and nothing is awaited.
 */
export type KillPoint = 'P1' | 'P2' | 'P3' | 'P4' | 'P5' | 'P6' | 'P9' | 'P10' | 'P11' | 'P12';
export type AtKillPoint = (point: KillPoint) => Promise<void> | void;
