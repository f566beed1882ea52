/** The lag of every replica over the last while: a bounded list of samples, and series for charts made of it. Pure. */
import type { ClusterStatus } from '../../lib/contract/cluster.ts';
import { summarize } from './summary.ts';

/** How far back charts reach. */
export const HISTORY_MS = 5 * 60_000;
/** A status comes twice a second at most. */
export const SAMPLES_MAX = 700;
/** Nothing for so long is a gap, not a line. */
const GAP_MS = 5_000;

export interface ReplicaSample {
  readonly group: string;
  readonly node: string;
  /** Null: not known then. */
  readonly entries: number | null;
  readonly ms: number | null;
}

export interface Sample {
  readonly atMs: number;
  /** Entries of the slowest replica, of whatever group; null when not known. */
  readonly lag: number | null;
  readonly replicas: readonly ReplicaSample[];
}

export function sampleOf(status: ClusterStatus, atMs: number): Sample {
  const stale = new Set(status.nodes.filter(({ state, ageMs }) => state === 'unreachable' || ageMs > 0).map(({ id }) => id));
  return {
    atMs,
    lag: summarize(status).lag,
    replicas: status.groups.flatMap(({ id, members }) =>
      members.map(({ node, lagEntries, lagMs, ageMs }) => {
        const known = ageMs === 0 && !stale.has(node);
        return { group: id, node, entries: known ? lagEntries : null, ms: known ? lagMs : null };
      }),
    ),
  };
}

/** A sample more; the oldest go. */
export function withSample(samples: readonly Sample[], sample: Sample): readonly Sample[] {
  const kept = samples.filter(({ atMs }) => atMs > sample.atMs - HISTORY_MS && atMs < sample.atMs);
  return [...kept.slice(-(SAMPLES_MAX - 1)), sample];
}

export interface Series {
  /** Seconds since 1970, ascending. */
  readonly times: readonly number[];
  /** One value per time; null where it was not known. */
  readonly values: ReadonlyMap<string, readonly (number | null)[]>;
}

/** The lag of these nodes in one group. Where nothing came for a while, the lines are broken. */
export function seriesOf(samples: readonly Sample[], group: string, nodes: readonly string[], what: 'entries' | 'ms'): Series {
  const times: number[] = [];
  const values = new Map<string, (number | null)[]>(nodes.map((node) => [node, []]));
  let beforeMs: number | null = null;
  for (const { atMs, replicas } of samples) {
    if (beforeMs !== null && atMs - beforeMs > GAP_MS) {
      times.push((beforeMs + 1) / 1000);
      for (const column of values.values()) column.push(null);
    }
    times.push(atMs / 1000);
    for (const [node, column] of values) {
      const replica = replicas.find((one) => one.node === node && one.group === group);
      column.push(replica?.[what] ?? null);
    }
    beforeMs = atMs;
  }
  return { times, values };
}

export interface LagRow {
  readonly node: string;
  readonly now: number | null;
  readonly lastMinute: number | null;
  readonly all: number | null;
}

/** The same as a table: now, and the greatest value of the last minute and of all that is remembered. */
export function lagRows({ times, values }: Series): readonly LagRow[] {
  const end = times.at(-1) ?? 0;
  return [...values].map(([node, column]) => ({
    node,
    now: column.at(-1) ?? null,
    lastMinute: greatest(column.filter((_value, at) => (times[at] ?? 0) > end - 60)),
    all: greatest(column),
  }));
}

function greatest(column: readonly (number | null)[]): number | null {
  return column.reduce((most, value) => (value === null ? most : Math.max(most ?? value, value)), null);
}
