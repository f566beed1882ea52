'use client';

import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Download, Radio } from 'lucide-react';
import { useSearchParams } from 'next/navigation';
import type { ReactElement } from 'react';
import { useEffect, useMemo, useRef, useState } from 'react';
import { AuditFilters } from '../../../components/audit/audit-filters.tsx';
import { AuditTable } from '../../../components/audit/audit-table.tsx';
import { filterText, mergeEvents } from '../../../components/audit/describe.ts';
import type { Change } from '../../../components/audit/event-detail.tsx';
import { EventDetail } from '../../../components/audit/event-detail.tsx';
import { auditText } from '../../../components/catalogue/audit.ts';
import { EmptyState } from '../../../components/config/empty-state.tsx';
import { FreshnessBadge } from '../../../components/entry/freshness-badge.tsx';
import { paths } from '../../../components/paths.ts';
import { Moment, useZoneChoice } from '../../../components/time.tsx';
import { Button } from '../../../components/ui/button.tsx';
import { cx } from '../../../components/ui/cx.ts';
import { Page } from '../../../components/ui/page.tsx';
import { SkeletonLines } from '../../../components/ui/skeleton.tsx';
import type { AuditEvent } from '../../../lib/contract/model.ts';
import type { AuditFilter } from '../../../lib/queries/audit-filter.ts';
import { AUDIT_FIELDS, auditFilterFrom } from '../../../lib/queries/audit-filter.ts';
import { auditQuery } from '../../../lib/queries/audit.ts';
import { revisionQuery } from '../../../lib/queries/history.ts';
import { useConsole } from '../../_client/console.tsx';
import { useLive } from '../../_client/live.tsx';
import { ReadNotices } from '../../_client/read-notices.tsx';
import type { FirstFailure } from '../../_client/read-state.ts';
import { readState } from '../../_client/read-state.ts';
import { useAuditTail } from './use-audit-tail.ts';
import { useExport } from './use-export.tsx';

/** Every change to the cluster: filtered, followed, opened, exported. */
export function AuditPage({ failure }: { readonly failure: FirstFailure | null }): ReactElement {
  const { reader } = useConsole();
  const address = useSearchParams();
  // The same object as long as it asks for the same: whether events are followed is no part of it.
  const asked = JSON.stringify(auditFilterFrom((name) => address.get(name)));
  const filter = useMemo(() => JSON.parse(asked) as AuditFilter, [asked]);
  const following = address.get('live') !== 'off';
  const options = auditQuery(reader, filter);
  const list = useInfiniteQuery(options);
  const read = useMemo(() => list.data?.pages.flatMap(({ data }) => data.items) ?? [], [list.data]);
  const tail = useAuditTail(filter, following);
  const events = useMemo(() => mergeEvents(tail.shown, read), [tail.shown, read]);
  const [open, setOpen] = useState<string | null>(null);
  const exporting = useExport(filter);
  const search = useSearchShortcut();
  const { choice } = useZoneChoice();
  const state = readState(list, failure);
  const groups = useLive().status?.groups.length ?? 1;

  const go = (next: AuditFilter, live: boolean): void => window.history.replaceState(null, '', addressOf(next, live));
  const change = (part: AuditFilter): void =>
    go(
      auditFilterFrom((name) => ({ ...filter, ...part })[name as keyof AuditFilter]),
      following,
    );

  return (
    <Page
      fit="full"
      title={auditText.title}
      lead={groups > 1 ? auditText.leadGroups(groups) : auditText.lead}
      beside={list.data?.pages[0] === undefined ? null : <FreshnessBadge read={list.data.pages[0].meta} />}
      actions={
        <>
          <LiveSwitch on={following} onChange={(on) => go(filter, on)} />
          <Button onClick={exporting.start} disabled={exporting.running} title={auditText.exportTitle}>
            <Download aria-hidden />
            {auditText.export}
          </Button>
        </>
      }
      below={<AuditFilters filter={filter} utc={choice === 'utc'} search={search} onChange={change} onClear={() => go({}, following)} />}
    >
      {exporting.notice}
      {state.waiting === null && state.failure === null ? null : (
        <div className="border-b p-3">
          <ReadNotices state={state} queryKey={options.queryKey} data={list.data} />
        </div>
      )}
      {following ? <Fresh count={tail.waiting.length} capped={tail.capped} onShow={tail.show} /> : null}
      <div className="scroll-thin relative min-h-0 flex-1 overflow-auto">
        {list.data === undefined ? (
          state.failure === null ? (
            <SkeletonLines lines={10} className="p-4" />
          ) : null
        ) : events.length === 0 && !list.hasNextPage ? (
          <Nothing filter={filter} onClear={() => go({}, following)} />
        ) : (
          <>
            <AuditTable
              events={events}
              grouped={groups > 1}
              open={open}
              onOpen={setOpen}
              renderDetail={(event) => <Detail event={event} filter={filter} onFilter={change} />}
            />
            <End
              found={events.length > 0}
              filtered={Object.keys(filter).length > 0}
              oldestKept={list.data.pages.at(-1)?.data.oldestKept ?? null}
              loading={list.isFetchingNextPage}
              onMore={list.hasNextPage ? () => void list.fetchNextPage() : null}
            />
          </>
        )}
      </div>
    </Page>
  );
}

function addressOf(filter: AuditFilter, live: boolean): string {
  const parameters = new URLSearchParams();
  for (const field of AUDIT_FIELDS) if (filter[field] !== undefined) parameters.set(field, filter[field]);
  if (!live) parameters.set('live', 'off');
  const query = parameters.toString();
  return query === '' ? paths.audit : `${paths.audit}?${query}`;
}

/** `/` goes to the search; not while something is being typed. */
function useSearchShortcut() {
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      const typing =
        event.target instanceof HTMLElement &&
        event.target.closest('input, textarea, select, [contenteditable=true], [role=dialog]') !== null;
      if (typing || event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      field.current?.focus();
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, []);
  return field;
}

function LiveSwitch({ on, onChange }: { readonly on: boolean; readonly onChange: (on: boolean) => void }): ReactElement {
  const { connection } = useLive();
  const lost = on && connection === 'lost';
  return (
    <Button
      role="switch"
      aria-checked={on}
      onClick={() => onChange(!on)}
      title={lost ? auditText.lost : on ? auditText.liveOn : auditText.liveOff}
      className={cx(on && !lost && 'border-ok/40 bg-ok-wash text-ok', lost && 'border-warn/40 bg-warn-wash text-warn')}
    >
      <Radio aria-hidden />
      {auditText.live}
    </Button>
  );
}

/** What has come since, counted, so that nothing moves under the reader's eyes. */
function Fresh({ count, capped, onShow }: { readonly count: number; readonly capped: boolean; readonly onShow: () => void }): ReactElement {
  return (
    <output className={cx('block shrink-0 bg-surface', count > 0 && 'border-b')}>
      {count === 0 ? null : (
        <button
          type="button"
          onClick={onShow}
          className="flex w-full items-center justify-center gap-2 bg-accent-wash px-4 py-1.5 text-sm font-medium text-accent hover:underline"
        >
          {auditText.fresh(count, capped)}
          <span aria-hidden>·</span>
          {auditText.showFresh}
        </button>
      )}
    </output>
  );
}

function Nothing({ filter, onClear }: { readonly filter: AuditFilter; readonly onClear: () => void }): ReactElement {
  const filters = filterText(filter);
  if (filters === '') return <EmptyState title={auditText.empty} lead={auditText.emptyHint} />;
  return (
    <EmptyState title={auditText.noMatch} lead={auditText.noMatchHint(filters)}>
      <Button onClick={onClear}>{auditText.clear}</Button>
    </EmptyState>
  );
}

interface EndProps {
  readonly found: boolean;
  readonly filtered: boolean;
  readonly oldestKept: string | null;
  readonly loading: boolean;
  readonly onMore: (() => void) | null;
}

function End({ found, filtered, oldestKept, loading, onMore }: EndProps): ReactElement {
  return (
    <div className="flex items-center gap-3 p-4 text-xs text-ink-faint sm:px-6">
      {onMore === null ? (
        <p>
          {filtered ? auditText.endFiltered : auditText.end}
          {oldestKept === null ? null : (
            <>
              {' '}
              {auditText.kept} <Moment time={oldestKept} />
            </>
          )}
        </p>
      ) : (
        <>
          {found ? null : <p>{auditText.looking}</p>}
          <Button size="sm" onClick={onMore} disabled={loading}>
            {loading ? auditText.loadingMore : found ? auditText.more : auditText.lookOn}
          </Button>
        </>
      )}
    </div>
  );
}

interface DetailProps {
  readonly event: AuditEvent;
  readonly filter: AuditFilter;
  readonly onFilter: (part: AuditFilter) => void;
}

function Detail({ event, filter, onFilter }: DetailProps): ReactElement {
  const { nonce } = useConsole();
  const change = useChange(event);
  const { namespace, key, actor } = event;
  return (
    <EventDetail
      event={event}
      change={change}
      nonce={nonce}
      actions={
        <>
          {namespace !== null && key !== null && filter.key !== key ? (
            <Button size="sm" look="quiet" onClick={() => onFilter({ namespace, key })}>
              {auditText.detail.onlyKey}
            </Button>
          ) : null}
          {filter.actor === actor ? null : (
            <Button size="sm" look="quiet" onClick={() => onFilter({ actor })}>
              {auditText.detail.onlyActor}
            </Button>
          )}
        </>
      }
    />
  );
}

/** Both sides of what an event changed. */
function useChange({ namespace, key, oldRevision, newRevision }: AuditEvent): Change {
  const { reader } = useConsole();
  const about = namespace !== null && key !== null && newRevision !== null;
  const after = useQuery({ ...revisionQuery(reader, namespace ?? '', key ?? '', newRevision ?? 0), enabled: about });
  const before = useQuery({
    ...revisionQuery(reader, namespace ?? '', key ?? '', oldRevision ?? 0),
    enabled: about && oldRevision !== null,
  });
  if (!about) return { kind: 'none' };
  if (after.error !== null || before.error !== null) return { kind: 'gone' };
  if (after.data === undefined || (oldRevision !== null && before.data === undefined)) return { kind: 'loading' };
  return { kind: 'change', before: before.data?.data ?? null, after: after.data.data };
}
