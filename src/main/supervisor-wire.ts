import type { EnvironmentSnapshot } from './env.ts';

/** What prom-client's `getMetricsAsJSON` gives, as it comes over a channel. */
export type MetricsJson = readonly object[];

/** From a child to the process that started it. */
export type ChildMessage =
  | { readonly kind: 'alive' }
  /** Asks for the environment: secrets travel over the channel, not in the child's environment, which others can read. */
  | { readonly kind: 'environment_wanted' }
  | { readonly kind: 'ready'; readonly urls: Readonly<Record<string, string>> }
  | { readonly kind: 'metrics'; readonly request: number; readonly metrics: MetricsJson }
  /** Starting it again would be of no use; `reason` is for the operator's screen. */
  | { readonly kind: 'given_up'; readonly reason: string };

/** From a parent to its child. */
export type ParentMessage =
  | { readonly kind: 'environment'; readonly snapshot: EnvironmentSnapshot }
  | { readonly kind: 'metrics_wanted'; readonly request: number };

const kindOf = (message: unknown): unknown => (message as { kind?: unknown } | null)?.kind;

const CHILD_KINDS: readonly unknown[] = ['alive', 'environment_wanted', 'ready', 'metrics', 'given_up'];
const PARENT_KINDS: readonly unknown[] = ['environment', 'metrics_wanted'];

export const isChildMessage = (message: unknown): message is ChildMessage => CHILD_KINDS.includes(kindOf(message));
export const isParentMessage = (message: unknown): message is ParentMessage => PARENT_KINDS.includes(kindOf(message));
