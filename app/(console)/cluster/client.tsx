'use client';

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Download, Plus } from 'lucide-react';
import Link from 'next/link';
import type { ReactElement } from 'react';
import { Suspense, useEffect, useState, useSyncExternalStore } from 'react';
import { clusterText } from '../../../components/catalogue/cluster.ts';
import { membersText } from '../../../components/catalogue/members.ts';
import { GroupsOverview } from '../../../components/cluster/groups-overview.tsx';
import { JoinProgress } from '../../../components/cluster/join-progress.tsx';
import { joiningNodes } from '../../../components/cluster/joining.ts';
import { LagCharts } from '../../../components/cluster/lag-charts.tsx';
import { PictureView } from '../../../components/cluster/picture-view.tsx';
import { NodeTable, ReplicaTable } from '../../../components/cluster/replica-table.tsx';
import { firstGroup } from '../../../components/cluster/summary.ts';
import { timelineOf } from '../../../components/cluster/timeline.ts';
import { TimelineList } from '../../../components/cluster/timeline-list.tsx';
import { VerdictCard } from '../../../components/cluster/verdict-card.tsx';
import { paths } from '../../../components/paths.ts';
import { ageText, useNow } from '../../../components/time.tsx';
import { Button, buttonStyle } from '../../../components/ui/button.tsx';
import { Notice } from '../../../components/ui/notice.tsx';
import { Page, Panel } from '../../../components/ui/page.tsx';
import { SkeletonLines } from '../../../components/ui/skeleton.tsx';
import type { ClusterStatus, GroupStatus } from '../../../lib/contract/cluster.ts';
import { clusterAuditQuery, journalsQuery } from '../../../lib/queries/cluster.ts';
import { keys } from '../../../lib/queries/keys.ts';
import { useConsole } from '../../_client/console.tsx';
import type { LiveState } from '../../_client/live-stream.ts';
import { useLive } from '../../_client/live.tsx';
import { useMayAct } from '../../_client/use-may-act.ts';
import { useVisible } from '../../_client/use-visible.ts';
import { lazyPart } from '../../../components/ui/lazy-part.ts';

const BackupDialog = lazyPart(async () => (await import('./backup-dialog.tsx')).BackupDialog);
const TransferDialog = lazyPart(async () => (await import('./transfer-dialog.tsx')).TransferDialog);
const AddDialog = lazyPart(async () => (await import('./add-dialog.tsx')).AddDialog);
const RemoveDialog = lazyPart(async () => (await import('./remove-dialog.tsx')).RemoveDialog);

/** A change of the members that is being asked for. */
type MemberWork = { readonly kind: 'add' } | { readonly kind: 'replace' | 'remove'; readonly node: string };

/** Something was committed a moment ago. */
const BUSY_MS = 2_000;

/** The cluster as it is now, how it was, and what can be done about it. */
export function ClusterPage(): ReactElement {
  const live = useLive();
  const now = useNow(1000);
  const nowMs = Math.max(now, live.statusAtMs ?? 0);
  const [groupId, setGroupId] = useState('default');
  const [backingUp, setBackingUp] = useState(false);
  const mayAct = useMayAct();
  const { status } = live;
  const group = status === null ? undefined : (status.groups.find(({ id }) => id === groupId) ?? firstGroup(status));
  const ageMs = live.statusAtMs === null ? null : nowMs - live.statusAtMs;
  return (
    <Page
      title={clusterText.title}
      beside={
        ageMs === null ? undefined : (
          <span className="tnum text-xs text-ink-faint">
            {live.connection === 'live' && ageMs < 3000 ? clusterText.live : clusterText.asOf(ageText(ageMs))}
          </span>
        )
      }
      actions={
        mayAct ? (
          <Button onClick={() => setBackingUp(true)}>
            <Download aria-hidden />
            {clusterText.backup.action}
          </Button>
        ) : null
      }
    >
      <div className="mx-auto flex max-w-[72rem] flex-col gap-4">
        {live.connection === 'lost' ? (
          <Notice look="warn" live="polite" title={clusterText.lostTitle}>
            {clusterText.lostBody(ageText(ageMs ?? 0))}
          </Notice>
        ) : null}
        {status === null ? <Unknown /> : <VerdictCard status={status} live={live.connection === 'live'} />}
        {status === null || status.groups.length < 2 || group === undefined ? null : (
          <Panel
            title={clusterText.groups}
            flush
            actions={
              <Link href={paths.shards()} className={buttonStyle({ size: 'sm', look: 'quiet' })}>
                {clusterText.toShards}
              </Link>
            }
          >
            <GroupsOverview status={status} chosen={group.id} onChoose={setGroupId} />
            <p className="px-4 py-2.5 text-xs text-ink-faint">{clusterText.groupsHint}</p>
          </Panel>
        )}
        {status === null || group === undefined ? null : (
          <GroupView key={group.id} status={status} group={group} live={live} nowMs={nowMs} />
        )}
      </div>
      {backingUp ? (
        <Suspense>
          <BackupDialog onClose={() => setBackingUp(false)} />
        </Suspense>
      ) : null}
    </Page>
  );
}

function Unknown(): ReactElement {
  return (
    <Panel title={clusterText.unknownTitle}>
      <p className="mb-4 text-sm text-ink-soft">{clusterText.unknownBody}</p>
      <SkeletonLines lines={8} />
    </Panel>
  );
}

function GroupView({
  status,
  group,
  live,
  nowMs,
}: {
  readonly status: ClusterStatus;
  readonly group: GroupStatus;
  readonly live: LiveState;
  readonly nowMs: number;
}): ReactElement {
  const mayAct = useMayAct();
  const visible = useVisible();
  const busy = useBusy(group, nowMs);
  const [handTo, setHandTo] = useState<string | null>(null);
  const seenIndex = useSeenIndex(group.id);
  const nodes = status.nodes.map(({ id }) => id);
  return (
    <>
      <Panel title={clusterText.picture.title}>
        <PictureView status={status} group={group} seenIndex={seenIndex} busy={busy} />
      </Panel>
      <Panel title={clusterText.replicas.title} flush>
        <ReplicaTable status={status} group={group} onMakeLeader={mayAct ? setHandTo : null} />
        <p className="px-4 py-2.5 text-xs text-ink-faint">
          {clusterText.replicas.hint} {mayAct ? null : clusterText.adminOnly}
        </p>
      </Panel>
      <LagCharts samples={live.samples} group={group.id} nodes={nodes} nowMs={nowMs} visible={visible} />
      <Members status={status} mayAct={mayAct} />
      <Timeline status={status} group={group} />
      {handTo === null ? null : (
        <Suspense>
          <TransferDialog group={group.id} from={group.leader} to={handTo} onClose={() => setHandTo(null)} />
        </Suspense>
      )}
    </>
  );
}

/** The nodes, how far those are that were added, and what an administrator may do about them. */
function Members({ status, mayAct }: { readonly status: ClusterStatus; readonly mayAct: boolean }): ReactElement {
  const [work, setWork] = useState<MemberWork | null>(null);
  const close = (): void => setWork(null);
  return (
    <>
      {joiningNodes(status).map((joining) => (
        <Panel key={joining.node} title={membersText.joining.title(joining.node, joining.replaces)}>
          <JoinProgress joining={joining} door={status.nodes.find(({ id }) => id === status.node)?.url ?? ''} />
          {joining.behind === 0 ? <p className="mt-3 text-xs text-ink-faint">{membersText.joining.reserve}</p> : null}
        </Panel>
      ))}
      <Panel
        title={clusterText.nodes.title}
        flush
        actions={
          mayAct ? (
            <Button size="sm" onClick={() => setWork({ kind: 'add' })}>
              <Plus aria-hidden />
              {membersText.add}
            </Button>
          ) : undefined
        }
      >
        <NodeTable
          status={status}
          actions={
            mayAct
              ? { onReplace: (node) => setWork({ kind: 'replace', node }), onRemove: (node) => setWork({ kind: 'remove', node }) }
              : null
          }
        />
      </Panel>
      {work === null ? null : (
        <Suspense>
          {work.kind === 'remove' ? (
            <RemoveDialog status={status} node={work.node} onClose={close} />
          ) : (
            <AddDialog status={status} replaces={work.kind === 'add' ? null : work.node} onClose={close} />
          )}
        </Suspense>
      )}
    </>
  );
}

/** The newest entry of a group that this browser has seen. Not known to the server's render, which the first one here must equal. */
function useSeenIndex(group: string): number | null {
  const { reader } = useConsole();
  return useSyncExternalStore(
    // Looked at with every status, which is often enough.
    () => () => undefined,
    () => {
      const seen = reader.client.session.token.find(({ group: id }) => id === group);
      return seen === undefined ? null : Number(seen.index);
    },
    () => null,
  );
}

/** Whether something was committed in the last moment, by this browser's clock. */
function useBusy(group: GroupStatus, nowMs: number): boolean {
  const [last, setLast] = useState({ id: group.id, commit: group.commitIndex, atMs: 0 });
  if (last.id !== group.id || last.commit !== group.commitIndex)
    setLast({ id: group.id, commit: group.commitIndex, atMs: last.id === group.id ? nowMs : 0 });
  return nowMs - last.atMs < BUSY_MS;
}

function Timeline({ status, group }: { readonly status: ClusterStatus; readonly group: GroupStatus }): ReactElement {
  const { reader } = useConsole();
  const queries = useQueryClient();
  const nodes = status.nodes.map(({ id }) => id);
  const journals = useQuery(journalsQuery(reader, group.id, nodes));
  const audit = useQuery(clusterAuditQuery(reader));

  // What the status says has changed: the nodes have something to tell.
  const news = [
    group.term,
    group.leader,
    ...status.nodes.map(({ id, state }) => `${id}=${state}`),
    ...group.members.map(({ node, role, voter }) => `${node}=${role}/${voter}`),
  ].join(' ');
  const [told, setTold] = useState(news);
  useEffect(() => {
    if (told === news) return;
    // oxlint-disable-next-line react/set-state-in-effect -- remembers what the effect has acted on
    setTold(news);
    void queries.invalidateQueries({ queryKey: keys.journals(group.id) });
    void queries.invalidateQueries({ queryKey: keys.clusterAudit() });
  }, [told, news, queries, group.id]);

  const silent = journals.data?.filter(({ journal }) => journal === null).map(({ node }) => node) ?? [];
  return (
    <Panel title={clusterText.timeline.title} flush>
      {journals.data === undefined && audit.data === undefined ? (
        <SkeletonLines lines={5} className="p-4" />
      ) : (
        <TimelineList items={timelineOf(journals.data ?? [], audit.data ?? [])} />
      )}
      <p className="border-t px-4 py-2.5 text-xs text-ink-faint">
        {clusterText.timeline.hint} {silent.length === 0 ? null : clusterText.timeline.silent(silent)}
      </p>
    </Panel>
  );
}
