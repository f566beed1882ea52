import type { ReactElement } from 'react';
import type { ClusterStatus, GroupStatus, NodeRow, ReplicaRow } from '../../lib/contract/cluster.ts';
import { clusterText } from '../catalogue/cluster.ts';
import { membersText } from '../catalogue/members.ts';
import { text } from '../catalogue.ts';
import { ageText } from '../time.tsx';
import { Button } from '../ui/button.tsx';
import { cx } from '../ui/cx.ts';
import { Table, Td, Th } from '../ui/table.tsx';
import { bytesText, durationText } from './measures.ts';
import { isFresh } from './summary.ts';

const number = 'tnum text-right font-mono text-xs whitespace-nowrap';

export interface ReplicaTableProps {
  readonly status: ClusterStatus;
  readonly group: GroupStatus;
  /** Hands leadership over to a node; null: the reader has no right to. */
  readonly onMakeLeader: ((node: string) => void) | null;
}

/** Every replica of a group in numbers. A row that is not of now says so, and how old it is. */
export function ReplicaTable({ status, group, onMakeLeader }: ReplicaTableProps): ReactElement {
  const { columns } = clusterText.replicas;
  const numbers = [
    columns.term,
    columns.last,
    columns.commit,
    columns.applied,
    columns.lag,
    columns.lagMs,
    columns.contact,
    columns.snapshot,
  ];
  return (
    <Table label={clusterText.replicas.title}>
      <thead>
        <tr>
          <Th>{columns.node}</Th>
          <Th>{columns.role}</Th>
          {numbers.map((name) => (
            <Th key={name} className="text-right">
              {name}
            </Th>
          ))}
          {onMakeLeader === null ? null : <Th>{columns.actions}</Th>}
        </tr>
      </thead>
      <tbody>
        {status.nodes.map((node) => (
          <Row
            key={node.id}
            node={node}
            replica={group.members.find((member) => member.node === node.id) ?? null}
            leader={group.leader}
            onMakeLeader={onMakeLeader}
          />
        ))}
      </tbody>
    </Table>
  );
}

function Row({
  node,
  replica,
  leader,
  onMakeLeader,
}: {
  readonly node: NodeRow;
  readonly replica: ReplicaRow | null;
  readonly leader: string | null;
  readonly onMakeLeader: ((node: string) => void) | null;
}): ReactElement {
  const words = clusterText.replicas;
  const ageMs = Math.max(node.ageMs, replica?.ageMs ?? 0);
  const fresh = isFresh(node, ageMs);
  const known = (value: number | null | undefined): string => (value === null || value === undefined ? words.notKnown : text.number(value));
  const eligible = fresh && leader !== null && replica?.voter === true && replica.role === 'follower';
  return (
    <tr className={fresh ? undefined : 'bg-sunken text-ink-faint'}>
      <Td className="font-mono font-medium">{node.id}</Td>
      <Td className="whitespace-nowrap">
        {fresh ? <Role node={node} replica={replica} /> : `${text.cluster.nodeStates[node.state]}, ${words.asOf(ageText(ageMs))}`}
      </Td>
      <Td className={number}>{known(replica?.term)}</Td>
      <Td className={number}>{known(replica?.lastIndex)}</Td>
      <Td className={number}>{known(replica?.commitIndex)}</Td>
      <Td className={number}>{known(replica?.appliedIndex)}</Td>
      <LagCells node={node} replica={fresh ? replica : null} leads={fresh && node.id === leader} />
      <Td className={number}>{replica === null ? words.notKnown : text.number(replica.snapshotIndex + 1)}</Td>
      {onMakeLeader === null ? null : (
        <Td className="py-0.5">
          {eligible ? (
            <Button size="sm" aria-label={clusterText.transfer.actionFor(node.id)} onClick={() => onMakeLeader(node.id)}>
              {clusterText.transfer.action}
            </Button>
          ) : null}
        </Td>
      )}
    </tr>
  );
}

/** @param replica null when nothing of now is known of it */
function LagCells({
  node,
  replica,
  leads,
}: {
  readonly node: NodeRow;
  readonly replica: ReplicaRow | null;
  readonly leads: boolean;
}): ReactElement {
  const { notKnown, itself } = clusterText.replicas;
  const lag = replica?.lagEntries ?? null;
  const lagMs = replica?.lagMs ?? null;
  return (
    <>
      <Td className={cx(number, lag !== null && lag > 0 && 'font-medium text-warn')}>{lag === null ? notKnown : text.number(lag)}</Td>
      <Td className={number}>{lagMs === null ? notKnown : `${text.number(lagMs)} ms`}</Td>
      <Td className={number}>{leads ? itself : contactText(replica === null ? node.lastContactMs : replica.lastContactMs)}</Td>
    </>
  );
}

function Role({ node, replica }: { readonly node: NodeRow; readonly replica: ReplicaRow | null }): ReactElement {
  if (replica === null) return <span>{text.cluster.nodeStates[node.state]}</span>;
  const { role, voter } = replica;
  return (
    <span className={cx(role === 'leader' && 'font-medium text-accent', role === 'quarantined' && 'text-bad')}>
      {voter ? text.cluster.roles[role] : `${text.cluster.roles[role]} (${clusterText.replicas.nonVoter})`}
    </span>
  );
}

function contactText(ms: number | null): string {
  if (ms === null) return clusterText.replicas.notKnown;
  return ms < 10_000 ? `${text.number(Math.round(ms))} ms` : durationText(ms);
}

/** What an administrator may do with a member. */
export interface MemberActions {
  readonly onReplace: (node: string) => void;
  readonly onRemove: (node: string) => void;
}

/** What each process and its disk look like; with what may be done about it, where the reader may. */
export function NodeTable({ status, actions }: { readonly status: ClusterStatus; readonly actions: MemberActions | null }): ReactElement {
  const { columns, here } = clusterText.nodes;
  const words = clusterText.replicas;
  return (
    <Table label={clusterText.nodes.title}>
      <thead>
        <tr>
          {Object.entries(columns).map(([name, label]) => (
            <Th key={name} className={cx((name === 'uptime' || name === 'data' || name === 'free') && 'text-right')}>
              {label}
            </Th>
          ))}
          {actions === null ? null : <Th>{words.columns.actions}</Th>}
        </tr>
      </thead>
      <tbody>
        {status.nodes.map((node) => {
          const fresh = isFresh(node, node.ageMs);
          return (
            <tr key={node.id} className={fresh ? undefined : 'bg-sunken text-ink-faint'}>
              <Td className="font-mono font-medium">
                {node.id}
                {node.id === status.node ? <span className="ml-2 font-sans text-xs font-normal text-ink-faint">{here}</span> : null}
              </Td>
              <Td className="whitespace-nowrap">
                {text.cluster.nodeStates[node.state]}
                {fresh ? '' : `, ${words.asOf(ageText(node.ageMs))}`}
              </Td>
              <Td className="font-mono text-xs whitespace-nowrap">{node.url}</Td>
              <Td className="font-mono text-xs whitespace-nowrap">{node.version ?? words.notKnown}</Td>
              <Td className={number}>{fresh && node.uptimeMs !== null ? durationText(node.uptimeMs) : words.notKnown}</Td>
              <Td className={number}>{node.dataBytes === null ? words.notKnown : bytesText(node.dataBytes)}</Td>
              <Td className={number}>{node.diskFreeBytes === null ? words.notKnown : bytesText(node.diskFreeBytes)}</Td>
              {actions === null ? null : (
                <Td className="py-0.5">
                  <div className="flex gap-1.5">
                    <Button size="sm" aria-label={membersText.replaceNode(node.id)} onClick={() => actions.onReplace(node.id)}>
                      {membersText.replace}
                    </Button>
                    <Button size="sm" look="danger" aria-label={membersText.removeNode(node.id)} onClick={() => actions.onRemove(node.id)}>
                      {membersText.remove}
                    </Button>
                  </div>
                </Td>
              )}
            </tr>
          );
        })}
      </tbody>
    </Table>
  );
}
