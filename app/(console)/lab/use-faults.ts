'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { FaultNode } from '../../../components/lab/fault-table.tsx';
import type { ClusterStatus } from '../../../lib/contract/cluster.ts';
import type { LabRequest } from '../../../lib/contract/schemas/cluster.ts';
import { labQuery } from '../../../lib/queries/cluster.ts';
import { keys } from '../../../lib/queries/keys.ts';
import { useConsole } from '../../_client/console.tsx';

const SET_MS = 3_000;

export interface Faults {
  readonly nodes: readonly FaultNode[];
  /** The nodes have been asked what is injected there. */
  readonly asked: boolean;
  readonly busy: boolean;
  readonly error: string | null;
  readonly hold: (node: string, held: boolean) => void;
  readonly cut: (node: string, cut: boolean) => void;
  readonly clock: (node: string, offsetMs: number) => void;
  readonly reset: () => void;
}

interface Change {
  readonly node: string;
  readonly change: LabRequest;
}

/**
 * What is injected into the nodes, and changing it.
 *
 * A node is cut off by the others, which drop its connections: so they can be told to take it back, through the node of this
 * page. The node of this page itself is cut off by its own doing.
 *
 * @param via the node of this page
 */
export function useFaults(status: ClusterStatus | null, via: string, enabled: boolean): Faults {
  const { reader } = useConsole();
  const queries = useQueryClient();
  const ids = status?.nodes.map(({ id }) => id) ?? [];
  const leaders = status?.groups.map(({ leader }) => leader) ?? [];
  const { data } = useQuery({ ...labQuery(reader, ids), enabled: enabled && ids.length > 0, refetchInterval: enabled ? 2_000 : false });
  const labOf = (id: string): FaultNode['lab'] => data?.find(({ node }) => node === id)?.lab ?? null;
  const dropsOf = (id: string): readonly string[] => labOf(id)?.dropPeers ?? [];

  const mutation = useMutation({
    mutationFn: async (changes: readonly Change[]) => {
      // One after the other: the links that the next one goes over may have to be mended first.
      for (const { node, change } of changes) await reader.client.lab.set(change, { node, timeoutMs: SET_MS });
    },
    onSettled: () => queries.invalidateQueries({ queryKey: keys.lab() }),
  });

  const others = (id: string): readonly string[] => ids.filter((other) => other !== id);
  const cutOf = (id: string): boolean =>
    dropsOf(id).length > 0 && dropsOf(id).length === others(id).length
      ? true
      : others(id).some((other) => other !== id && labOf(other) !== null && dropsOf(other).includes(id));

  return {
    nodes: ids.map((id) => ({ id, leads: leaders.includes(id), lab: labOf(id), cut: cutOf(id) })),
    asked: data !== undefined,
    busy: mutation.isPending,
    error: mutation.error?.message ?? null,
    hold: (node, holdApply) => mutation.mutate([{ node, change: { holdApply } }]),
    clock: (node, clockOffsetMs) => mutation.mutate([{ node, change: { clockOffsetMs } }]),
    cut: (node, cut) => {
      if (node === via) return mutation.mutate([{ node, change: { dropPeers: cut ? [...others(node)] : [] } }]);
      const reachable = others(node).filter((other) => labOf(other) !== null);
      return mutation.mutate(
        reachable.map((other) => {
          const rest = dropsOf(other).filter((id) => id !== node);
          return { node: other, change: { dropPeers: cut ? [...rest, node] : [...rest] } };
        }),
      );
    },
    // This page's node first: the way to the others leads through it.
    reset: () =>
      mutation.mutate(
        [via, ...others(via).toSorted((a, b) => Number(cutOf(a)) - Number(cutOf(b)))].map((node) => ({
          node,
          change: { holdApply: false, dropPeers: [], clockOffsetMs: 0 },
        })),
      ),
  };
}
