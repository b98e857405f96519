import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import type { EventName } from './events.ts';

/** The numbers of one process (S86). Labels are literals of ours: no person and no text can become one. */
export type Metrics = {
  readonly registry: Registry;
  readonly countEvent: (name: EventName, reason: string, count: number) => void;
  readonly observe: (name: DurationName, ms: number) => void;
  readonly setGauge: (name: GaugeName, value: number) => void;
};

export const DURATIONS = ['intake_commit', 'turn', 'turn_commit', 'core_call', 'send'] as const;
export type DurationName = (typeof DURATIONS)[number];
export const GAUGES = ['intake_waiting', 'lanes_in_flight', 'sends_in_flight'] as const;
export type GaugeName = (typeof GAUGES)[number];

const BUCKETS_MS = [1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000];

export const createMetrics = (): Metrics => {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const events = new Counter({
    name: 'vimbiso_events_total',
    help: 'Events by name and reason.',
    labelNames: ['event', 'reason'] as const,
    registers,
  });
  const durations = new Histogram({
    name: 'vimbiso_duration_ms',
    help: 'Durations in milliseconds.',
    labelNames: ['what'] as const,
    buckets: BUCKETS_MS,
    registers,
  });
  const gauges = new Gauge({
    name: 'vimbiso_level',
    help: 'What is waiting or under way.',
    labelNames: ['what'] as const,
    registers,
  });
  return Object.freeze({
    registry,
    countEvent: (event: EventName, reason: string, count: number) => events.inc({ event, reason }, count),
    observe: (what: DurationName, ms: number) => durations.observe({ what }, ms),
    setGauge: (what: GaugeName, value: number) => gauges.set({ what }, value),
  });
};
