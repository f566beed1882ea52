import { queryOptions } from '@tanstack/react-query';
import type { AuditAction, AuditEvent } from '../contract/model.ts';
import type { LabState } from '../contract/schemas/cluster.ts';
import type { ReplicaJournal } from '../contract/schemas/journal.ts';
import { keys } from './keys.ts';
import type { Reader } from './reader.ts';

/** Of one node: a dead one must not hold up what the others tell. */
const NODE_MS = 1500;
const AGAIN_MS = 30_000;

/** What one node remembers, and when it was told. */
export interface HeardJournal {
  readonly node: string;
  /** Null: it could not be asked. */
  readonly journal: ReplicaJournal | null;
  /** Milliseconds since 1970, by whoever asked. */
  readonly heardAtMs: number;
}

/** What the replicas of a group remember, node by node. */
export function journalsQuery(reader: Reader, group: string, nodes: readonly string[]) {
  return queryOptions({
    queryKey: keys.journals(group),
    refetchInterval: AGAIN_MS,
    queryFn: ({ signal }): Promise<readonly HeardJournal[]> =>
      Promise.all(
        nodes.map(async (node) => {
          try {
            const { data } = await reader.client.cluster.journal(group, { node, retry: false, timeoutMs: NODE_MS, signal });
            return { node, journal: data, heardAtMs: Date.now() };
          } catch (error) {
            if (signal.aborted) throw error;
            return { node, journal: null, heardAtMs: Date.now() };
          }
        }),
      ),
  });
}

const ACTIONS: readonly AuditAction[] = ['cluster.formed', 'member.added', 'member.removed', 'cluster.level-raised'];
const EVENTS_PER_ACTION = 20;

/** Audit events about the cluster itself. */
export function clusterAuditQuery(reader: Reader) {
  return queryOptions({
    queryKey: keys.clusterAudit(),
    queryFn: async ({ signal }): Promise<readonly AuditEvent[]> => {
      const pages = await Promise.all(
        ACTIONS.map((action) => reader.client.audit({ ...reader.options(0), action, limit: EVENTS_PER_ACTION, signal }).page()),
      );
      return pages.flatMap(({ data }) => data.items);
    },
  });
}

/** Faults that are injected into each node; null for a node that could not be asked. Only in lab mode, for administrators. */
export function labQuery(reader: Reader, nodes: readonly string[]) {
  return queryOptions({
    queryKey: [...keys.lab(), ...nodes],
    queryFn: ({ signal }): Promise<readonly { readonly node: string; readonly lab: LabState | null }[]> =>
      Promise.all(
        nodes.map(async (node) => {
          try {
            return { node, lab: (await reader.client.lab.state({ node, retry: false, timeoutMs: NODE_MS, signal })).data };
          } catch (error) {
            if (signal.aborted) throw error;
            return { node, lab: null };
          }
        }),
      ),
  });
}
