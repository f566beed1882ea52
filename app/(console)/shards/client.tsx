'use client';

import { useQuery } from '@tanstack/react-query';
import { Plus } from 'lucide-react';
import { useSearchParams } from 'next/navigation';
import type { ReactElement } from 'react';
import { Suspense, useMemo, useState } from 'react';
import { shardsText } from '../../../components/catalogue/shards.ts';
import { FreshnessBadge } from '../../../components/entry/freshness-badge.tsx';
import { DoneTable } from '../../../components/shards/done-table.tsx';
import { GroupsTable } from '../../../components/shards/groups-table.tsx';
import type { Mark } from '../../../components/shards/marks.ts';
import { marksOf } from '../../../components/shards/marks.ts';
import { MovesList } from '../../../components/shards/moves-list.tsx';
import { RoutesTable } from '../../../components/shards/routes-table.tsx';
import { isAlone, underWay } from '../../../components/shards/standing.ts';
import { Button } from '../../../components/ui/button.tsx';
import { lazyPart } from '../../../components/ui/lazy-part.ts';
import { Notice } from '../../../components/ui/notice.tsx';
import { Page, Panel } from '../../../components/ui/page.tsx';
import { SkeletonLines } from '../../../components/ui/skeleton.tsx';
import { namespaceFault } from '../../../lib/contract/names.ts';
import type { ClusterStatus } from '../../../lib/contract/cluster.ts';
import type { Registry } from '../../../lib/contract/schemas/shards.ts';
import { moveTimesQuery, placementQuery, registryQuery } from '../../../lib/queries/shards.ts';
import { useConsole } from '../../_client/console.tsx';
import { useLive } from '../../_client/live.tsx';
import { ReadNotices } from '../../_client/read-notices.tsx';
import type { FirstFailure } from '../../_client/read-state.ts';
import { readState } from '../../_client/read-state.ts';
import { useMayAct } from '../../_client/use-may-act.ts';
import type { ShardWork } from './dialogs.tsx';
import { MapPanel } from './map-panel.tsx';
import { WherePanel } from './where.tsx';

const ShardDialog = lazyPart(async () => (await import('./dialogs.tsx')).ShardDialog);

/** From this level of the cluster on there are groups. */
const LEVEL = 2;
const NO_MARKS: ReadonlyMap<string, Mark> = new Map();

/** Which group keeps which namespaces, what is moving, and what can be done about it. */
export function ShardsPage({ failure }: { readonly failure: FirstFailure | null }): ReactElement {
  const { reader, session } = useConsole();
  const { status } = useLive();
  const address = useSearchParams();
  const mayAct = useMayAct();
  const [work, setWork] = useState<ShardWork | null>(null);
  const options = registryQuery(reader);
  const read = useQuery({ ...options, enabled: session.scope === null });
  const state = readState(read, session.scope === null ? failure : null);
  const registry = read.data?.data ?? null;
  const groups = registry?.groups;
  const marks = useMemo(() => (groups === undefined ? NO_MARKS : marksOf(groups)), [groups]);
  const asked = address.get('namespace');
  const namespace = asked !== null && namespaceFault(asked) === null ? asked : null;
  const alone = registry !== null && isAlone(registry);
  return (
    <Page
      title={shardsText.title}
      lead={shardsText.lead}
      beside={
        registry === null || read.data === undefined ? null : (
          <>
            <FreshnessBadge read={read.data.meta} />
            <span className="tnum text-xs text-ink-faint" title={shardsText.epochMeaning}>
              {shardsText.epoch(registry.epoch)}
            </span>
          </>
        )
      }
      actions={
        registry === null || !mayAct || alone ? null : (
          <Button look="primary" onClick={() => setWork({ kind: 'create' })}>
            <Plus aria-hidden />
            {shardsText.groups.create}
          </Button>
        )
      }
    >
      <div className="mx-auto flex max-w-[72rem] flex-col gap-4">
        <div className="empty:hidden">
          <ReadNotices state={state} queryKey={options.queryKey} data={read.data} />
        </div>
        {session.scope === null ? null : (
          <Notice look="info" title={shardsText.notYours.scopedTitle}>
            {shardsText.notYours.scoped}
          </Notice>
        )}
        {registry !== null ? (
          <Content registry={registry} alone={alone} marks={marks} namespace={namespace} mayAct={mayAct} onWork={setWork} />
        ) : state.failure === null && session.scope === null ? (
          <Panel>
            <SkeletonLines lines={8} />
          </Panel>
        ) : null}
        {registry === null ? <WherePanel namespace={namespace} marks={marks} /> : null}
      </div>
      {work === null || registry === null ? null : (
        <Suspense>
          <ShardDialog
            work={work}
            registry={registry}
            nodes={status?.nodes.map(({ id }) => id) ?? []}
            marks={marks}
            onClose={() => setWork(null)}
          />
        </Suspense>
      )}
    </Page>
  );
}

interface ContentProps {
  readonly registry: Registry;
  readonly alone: boolean;
  readonly marks: ReadonlyMap<string, Mark>;
  readonly namespace: string | null;
  readonly mayAct: boolean;
  readonly onWork: (work: ShardWork) => void;
}

function Content({ registry, alone, marks, namespace, mayAct, onWork }: ContentProps): ReactElement {
  const { reader } = useConsole();
  const { status } = useLive();
  const times = useQuery(moveTimesQuery(reader));
  const placement = useQuery({ ...placementQuery(reader, namespace ?? ''), enabled: namespace !== null });
  const moving = underWay(registry) !== null;
  const found = namespace !== null && placement.data?.data.by !== 'prefix' ? (placement.data?.data.partition ?? null) : null;
  return (
    <>
      {mayAct && !moving ? null : <p className="text-sm text-ink-soft">{mayAct ? shardsText.notYours.moving : shardsText.notYours.key}</p>}
      {registry.moves.length === 0 ? null : (
        <Panel title={shardsText.moves.title}>
          <MovesList
            registry={registry}
            status={status}
            marks={marks}
            actions={
              mayAct
                ? {
                    onAbort: (move) => onWork({ kind: 'abort', move }),
                    onRetry: () => onWork({ kind: 'retry' }),
                    onStay: (move) => onWork({ kind: 'stay', move }),
                    disabled: moving,
                  }
                : null
            }
          />
        </Panel>
      )}
      {alone ? (
        <Alone raises={status !== null && status.cluster.level < LEVEL} onCreate={mayAct ? () => onWork({ kind: 'create' }) : null} />
      ) : null}
      <GroupsPanel registry={registry} status={status} marks={marks} onWork={mayAct && !alone ? onWork : null} />
      <WherePanel namespace={namespace} marks={marks} />
      {alone ? null : (
        <>
          <MapPanel registry={registry} marks={marks} found={found} onWork={mayAct ? onWork : null} moving={moving} />
          <RoutesPanel registry={registry} marks={marks} moving={moving} onWork={mayAct ? onWork : null} />
        </>
      )}
      {registry.ledger.length === 0 ? null : (
        <Panel title={shardsText.done.title} flush>
          <DoneTable ledger={registry.ledger} marks={marks} times={times.data ?? {}} />
        </Panel>
      )}
    </>
  );
}

interface GroupsPanelProps {
  readonly registry: Registry;
  readonly status: ClusterStatus | null;
  readonly marks: ReadonlyMap<string, Mark>;
  /** Null: the reader has no right to, or nothing can be done. */
  readonly onWork: ((work: ShardWork) => void) | null;
}

function GroupsPanel({ registry, status, marks, onWork }: GroupsPanelProps): ReactElement {
  const ended = registry.groups.filter(({ state }) => state === 'retired').map(({ id }) => id);
  const retiring = registry.groups.some(({ state }) => state === 'retiring');
  return (
    <Panel title={shardsText.groups.title} flush>
      <GroupsTable
        registry={registry}
        status={status}
        marks={marks}
        onRetire={onWork === null ? null : (group) => onWork({ kind: 'retire', group })}
      />
      {retiring || ended.length > 0 ? (
        <p className="border-t px-4 py-2.5 text-xs text-ink-faint">
          {retiring ? `${shardsText.groups.retiring} ` : null}
          {ended.length === 0 ? null : shardsText.groups.ended(ended)}
        </p>
      ) : null}
    </Panel>
  );
}

interface RoutesPanelProps {
  readonly registry: Registry;
  readonly marks: ReadonlyMap<string, Mark>;
  /** Another change has to end first. */
  readonly moving: boolean;
  /** Null: the reader has no right to. */
  readonly onWork: ((work: ShardWork) => void) | null;
}

function RoutesPanel({ registry: { routes }, marks, moving, onWork }: RoutesPanelProps): ReactElement {
  return (
    <Panel
      title={shardsText.routes.title}
      flush
      actions={
        onWork === null ? undefined : (
          <Button size="sm" disabled={moving} onClick={() => onWork({ kind: 'route', route: null })}>
            <Plus aria-hidden />
            {shardsText.routes.add}
          </Button>
        )
      }
    >
      {routes.length === 0 ? (
        <p className="px-4 pt-3 text-sm">{shardsText.routes.empty}</p>
      ) : (
        <RoutesTable
          routes={routes}
          marks={marks}
          actions={
            onWork === null
              ? null
              : {
                  onMove: (route) => onWork({ kind: 'route', route }),
                  onRemove: (route) => onWork({ kind: 'unroute', route }),
                  disabled: moving,
                }
          }
        />
      )}
      <p className="px-4 py-2.5 text-xs text-ink-faint">{shardsText.routes.hint}</p>
    </Panel>
  );
}

/** What groups are for, while there is one. */
function Alone({ raises, onCreate }: { readonly raises: boolean; readonly onCreate: (() => void) | null }): ReactElement {
  const words = shardsText.one;
  return (
    <Panel title={words.title}>
      <div className="flex max-w-3xl flex-col gap-2 text-sm text-ink-soft">
        <p>{words.body}</p>
        <p>{words.when}</p>
        <p>
          {words.cost} {raises ? words.level : null}
        </p>
        {onCreate === null ? null : (
          <Button className="mt-1 self-start" onClick={onCreate}>
            <Plus aria-hidden />
            {words.create}
          </Button>
        )}
      </div>
    </Panel>
  );
}
