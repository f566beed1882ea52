/** One experiment: a write on one node, a read on another at once, and what all nodes say of the entry. Plain data. */
import { DEFAULT_GROUP, parseToken, REGISTRY_GROUP } from '../../lib/contract/token.ts';
import type { Observation, PlacedSteps } from './timing.ts';
import { placeSteps } from './timing.ts';

/** Namespace of the experiments: nothing else lives there. */
export const LAB_NAMESPACE = 'confman/lab';
export const LAB_KEY = 'probe';

export const LAB_MODES = ['eventual', 'read-your-writes', 'linearizable'] as const;
export type LabMode = (typeof LAB_MODES)[number];

export interface Plan {
  readonly writer: string;
  readonly reader: string;
  readonly mode: LabMode;
  /** What the reader is to do when it has waited for `waitMs` in vain. */
  readonly onTimeout: 'fail' | 'forward';
  readonly waitMs: number;
}

/** Moments of a request by the browser's clock, milliseconds since the start of the run. */
export interface Sent {
  readonly sentMs: number;
  readonly answeredMs: number;
}

export type ReadOutcome =
  /** `old`: not what was just written. */
  | {
      readonly kind: 'new' | 'old';
      readonly value: string;
      readonly version: string;
      readonly node: string;
      readonly role: string;
      readonly waitedMs: number | null;
      readonly stale: boolean;
    }
  /** The reader has not even heard of the entry. */
  | { readonly kind: 'missing'; readonly version: string | null; readonly waitedMs: number | null }
  /** It said why it gives no answer. */
  | { readonly kind: 'refused'; readonly code: string; readonly message: string };

export interface Run {
  readonly plan: Plan;
  /** Node of this page: all requests go through it. */
  readonly via: string;
  /** Who led when the run was over; null: not known. */
  readonly leader: string | null;
  readonly value: string;
  readonly version: string;
  readonly index: number;
  readonly write: Sent;
  readonly read: Sent & { readonly outcome: ReadOutcome };
  readonly observations: ReadonlyMap<string, readonly Observation[]>;
}

/** When each node took which step, the leader first: the others cannot have received what it had not. */
export function placeRun(run: Run): ReadonlyMap<string, PlacedSteps> {
  const placed = new Map<string, PlacedSteps>();
  const { leader, write, read, observations, plan } = run;
  const led =
    leader === null
      ? null
      : placeSteps(observations.get(leader) ?? [], { received: { notBefore: write.sentMs }, applied: { notAfter: write.answeredMs } });
  if (leader !== null && led !== null) placed.set(leader, led);
  for (const [node, seen] of observations) {
    if (node === leader) continue;
    const answers = run.read.outcome.kind === 'new' && run.read.outcome.node === node && node === plan.reader;
    const steps = placeSteps(seen, {
      received: { notBefore: led?.received ?? write.sentMs },
      committed: { notBefore: led?.committed ?? write.sentMs },
      ...(answers ? { applied: { notAfter: read.answeredMs } } : {}),
    });
    if (steps !== null) placed.set(node, steps);
  }
  return placed;
}

/** The version of the group that answered: without the registry by which the request was routed. */
export function ownVersion(version: string): string {
  return version
    .split(',')
    .filter((element) => !element.startsWith(`${REGISTRY_GROUP}=`))
    .join(',');
}

/** The group that an entry was written in. */
export function groupOf(version: string): string {
  return parseToken(ownVersion(version))[0]?.group ?? DEFAULT_GROUP;
}

/** The version of the token as people compare it: without its history. */
export function indexOf(version: string): number {
  const own = ownVersion(version);
  return Number(own.slice(own.lastIndexOf(':') + 1));
}
