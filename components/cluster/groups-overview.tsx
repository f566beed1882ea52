import type { ReactElement } from 'react';
import type { ClusterStatus, GroupStatus, NodeRow } from '../../lib/contract/cluster.ts';
import { DEFAULT_GROUP } from '../../lib/contract/token.ts';
import { clusterText } from '../catalogue/cluster.ts';
import { text } from '../catalogue.ts';
import { Badge } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { cx } from '../ui/cx.ts';
import { Table, Td, Th } from '../ui/table.tsx';
import { isFresh } from './summary.ts';

const words = clusterText.groupColumns;

export interface GroupsOverviewProps {
  readonly status: ClusterStatus;
  readonly chosen: string;
  readonly onChoose: (group: string) => void;
}

/** All groups at a glance, a row each: who leads it, and how far it is on every node. */
export function GroupsOverview({ status, chosen, onChoose }: GroupsOverviewProps): ReactElement {
  const groups = status.groups.toSorted(
    (a, b) => Number(b.id === DEFAULT_GROUP) - Number(a.id === DEFAULT_GROUP) || (a.id < b.id ? -1 : 1),
  );
  return (
    <Table label={clusterText.groups}>
      <thead>
        <tr>
          <Th>{words.group}</Th>
          <Th>{words.leader}</Th>
          <Th className="text-right">{words.commit}</Th>
          {status.nodes.map(({ id }) => (
            <Th key={id} className="font-mono">
              {id}
            </Th>
          ))}
        </tr>
      </thead>
      <tbody>
        {groups.map((group) => (
          <tr key={group.id} className={group.id === chosen ? 'bg-accent-wash' : undefined}>
            <Td className="py-0.5">
              <Button
                size="sm"
                look="quiet"
                aria-pressed={group.id === chosen}
                aria-label={clusterText.chooseGroup(group.id)}
                onClick={() => onChoose(group.id)}
                className={cx('-ml-2 font-mono text-[0.8125rem]', group.id === chosen && 'text-accent')}
              >
                {group.id}
              </Button>
            </Td>
            <Td className="font-mono text-xs whitespace-nowrap">
              {group.leader === null ? <Badge tone="bad">{clusterText.noLeaderShort}</Badge> : group.leader}
            </Td>
            <Td className="tnum text-right font-mono text-xs">{text.number(group.commitIndex)}</Td>
            {status.nodes.map((node) => (
              <Td key={node.id} className="text-xs whitespace-nowrap">
                <Replica node={node} group={group} />
              </Td>
            ))}
          </tr>
        ))}
      </tbody>
    </Table>
  );
}

function Replica({ node, group }: { readonly node: NodeRow; readonly group: GroupStatus }): ReactElement {
  const replica = group.members.find((member) => member.node === node.id);
  if (replica === undefined)
    return (
      <span className="text-ink-faint">
        <span aria-hidden>{clusterText.noReplica}</span>
        <span className="sr-only">{clusterText.noReplicaMeaning}</span>
      </span>
    );
  if (!isFresh(node, Math.max(node.ageMs, replica.ageMs)))
    return <span className="text-ink-faint">{text.cluster.nodeStates[node.state]}</span>;
  const { role, lagEntries } = replica;
  if (role === 'quarantined') return <Badge tone="bad">{text.cluster.roles.quarantined}</Badge>;
  const behind = lagEntries !== null && lagEntries > 0;
  return (
    <span className={behind ? 'font-medium text-warn' : undefined}>
      {text.cluster.roles[role]}
      {role === 'leader' && !behind ? null : (
        <span className={behind ? undefined : 'text-ink-faint'}>, {text.cluster.nodeLag(lagEntries)}</span>
      )}
    </span>
  );
}
