import type { ReactElement } from 'react';
import type { ClusterStatus } from '../../lib/contract/cluster.ts';
import type { Registry, ShardGroup } from '../../lib/contract/schemas/shards.ts';
import { shardsText } from '../catalogue/shards.ts';
import { Badge } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { Table, Td, Th } from '../ui/table.tsx';
import { GroupName } from './group-mark.tsx';
import type { Mark } from './marks.ts';
import { PARTITIONS } from './ranges.ts';
import { whyKept } from './standing.ts';

const words = shardsText.groups;

export interface GroupsTableProps {
  readonly registry: Registry;
  /** Of now; null when it is not known. */
  readonly status: ClusterStatus | null;
  readonly marks: ReadonlyMap<string, Mark>;
  /** Retires a group; null: the reader has no right to. */
  readonly onRetire: ((group: string) => void) | null;
}

/** Every group that has replicas: who leads it, where it runs, and how much is routed to it. */
export function GroupsTable({ registry, status, marks, onRetire }: GroupsTableProps): ReactElement {
  const { columns } = words;
  return (
    <Table label={words.label} className="[&_tbody>tr:last-child>td]:border-b-0">
      <thead>
        <tr>
          <Th>{columns.group}</Th>
          <Th>{columns.state}</Th>
          <Th>{columns.leader}</Th>
          <Th>{columns.members}</Th>
          <Th>{columns.share}</Th>
          <Th className="text-right">{columns.routes}</Th>
          {onRetire === null ? null : <Th>{columns.actions}</Th>}
        </tr>
      </thead>
      <tbody>
        {registry.groups
          .filter(({ state }) => state !== 'retired')
          .map((group) => (
            <tr key={group.id}>
              <Td>
                <GroupName id={group.id} marks={marks} />
              </Td>
              <Td>
                <Badge tone={group.state === 'retiring' ? 'warn' : 'neutral'}>{words.states[group.state]}</Badge>
              </Td>
              <Td className="font-mono text-xs whitespace-nowrap">
                <Leader group={group.id} status={status} />
              </Td>
              <Td className="text-xs whitespace-nowrap">
                {group.members === null ? words.all : <span className="font-mono">{group.members.join(', ')}</span>}
              </Td>
              <Td className="text-xs whitespace-nowrap">
                <Share group={group} />
              </Td>
              <Td className="tnum text-right text-xs">{group.routes}</Td>
              {onRetire === null ? null : (
                <Td className="py-0.5">
                  <Retire group={group} registry={registry} onRetire={onRetire} />
                </Td>
              )}
            </tr>
          ))}
      </tbody>
    </Table>
  );
}

function Leader({ group, status }: { readonly group: string; readonly status: ClusterStatus | null }): ReactElement {
  const known = status?.groups.find(({ id }) => id === group);
  if (known === undefined) return <span className="font-sans text-ink-faint">{words.notKnown}</span>;
  if (known.leader === null) return <Badge tone="bad">{words.noLeader}</Badge>;
  return <span>{known.leader}</span>;
}

function Share({ group: { partitions } }: { readonly group: ShardGroup }): ReactElement {
  return (
    <span className="inline-flex items-center gap-2">
      <svg width="64" height="6" aria-hidden className="rounded-full bg-ink/10 text-accent">
        <rect width={(partitions / PARTITIONS) * 64} height="6" rx="3" fill="currentColor" />
      </svg>
      <span className="tnum">{words.share(partitions)}</span>
    </span>
  );
}

function Retire({
  group,
  registry,
  onRetire,
}: {
  readonly group: ShardGroup;
  readonly registry: Registry;
  readonly onRetire: (group: string) => void;
}): ReactElement | null {
  const why = whyKept(group, registry);
  if (why !== null) return <span className="text-xs whitespace-nowrap text-ink-faint">{why}</span>;
  return (
    <Button size="sm" look="danger" aria-label={words.retireGroup(group.id)} onClick={() => onRetire(group.id)}>
      {words.retire}
    </Button>
  );
}
