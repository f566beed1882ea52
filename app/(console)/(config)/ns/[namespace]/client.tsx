'use client';

import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Plus } from 'lucide-react';
import Link from 'next/link';
import { useRouter } from 'next/navigation';
import type { ReactElement, RefObject } from 'react';
import { Suspense, useCallback, useDeferredValue, useEffect, useMemo, useRef, useState } from 'react';
import { text } from '../../../../../components/catalogue.ts';
import { EmptyState } from '../../../../../components/config/empty-state.tsx';
import type { Selection } from '../../../../../components/config/entries-table.tsx';
import { EntriesTable, EntriesTableSkeleton } from '../../../../../components/config/entries-table.tsx';
import { NamespaceMenu } from '../../../../../components/config/namespace-menu.tsx';
import { SelectionBar } from '../../../../../components/config/selection-bar.tsx';
import { paths } from '../../../../../components/paths.ts';
import { Button, buttonStyle } from '../../../../../components/ui/button.tsx';
import { cx } from '../../../../../components/ui/cx.ts';
import { TextInput } from '../../../../../components/ui/field.tsx';
import { entriesQuery } from '../../../../../lib/queries/entries.ts';
import { namespaceQuery } from '../../../../../lib/queries/namespaces.ts';
import type { Entry, Namespace } from '../../../../../lib/contract/model.ts';
import { useConsole } from '../../../../_client/console.tsx';
import type { ReadNoticesProps } from '../../../../_client/read-notices.tsx';
import { ReadNotices } from '../../../../_client/read-notices.tsx';
import type { FirstFailure } from '../../../../_client/read-state.ts';
import { readState } from '../../../../_client/read-state.ts';
import { NamespaceHeader } from './namespace-header.tsx';
import { useSelection } from './use-selection.ts';
import type { Work } from './work-dialogs.tsx';
import { lazyPart } from '../../../../../components/ui/lazy-part.ts';

const WorkDialog = lazyPart(async () => (await import('./work-dialogs.tsx')).WorkDialog);

export interface NamespacePageProps {
  readonly namespace: string;
  readonly aboutFailure: FirstFailure | null;
  readonly entriesFailure: FirstFailure | null;
}

/** The entries of one namespace. */
export function NamespacePage({ namespace, aboutFailure, entriesFailure }: NamespacePageProps): ReactElement {
  const { reader, session } = useConsole();
  const about = useQuery(namespaceQuery(reader, namespace));
  const list = useInfiniteQuery(entriesQuery(reader, namespace));
  const [filter, setFilter] = useState('');
  const deferredFilter = useDeferredValue(filter.trim().toLowerCase());

  const loaded = useMemo(() => list.data?.pages.flatMap(({ data }) => data.items) ?? [], [list.data]);
  const entries = useMemo(
    () => (deferredFilter === '' ? loaded : loaded.filter(({ key }) => key.toLowerCase().includes(deferredFilter))),
    [loaded, deferredFilter],
  );
  const state = readState(list, entriesFailure);
  const aboutState = readState(about, aboutFailure);
  const missing = aboutState.failure?.code === 'namespace-not-found';
  const writes = session.role !== 'viewer';

  const { hasNextPage, isFetching, fetchNextPage } = list;
  const more = useCallback(() => {
    if (hasNextPage && !isFetching) void fetchNextPage();
  }, [hasNextPage, isFetching, fetchNextPage]);
  // A filter looks at every key, so all of them are fetched while one is on.
  useEffect(() => {
    if (deferredFilter !== '') more();
  }, [deferredFilter, more]);

  const filterInput = useShortcuts(namespace, writes);

  const { selection, clear } = useSelection();
  const chosen = useMemo(() => loaded.filter(({ key }) => selection.chosen.has(key)), [loaded, selection.chosen]);
  const [work, setWork] = useState<Work | null>(null);
  const first = chosen[0];

  const total = Math.max(about.data?.data.entries ?? 0, loaded.length);
  return (
    <>
      <NamespaceHeader
        namespace={namespace}
        about={about.data?.data}
        read={list.data?.pages[0]?.meta}
        actions={
          missing ? null : (
            <NamespaceActions writes={writes} admin={session.role === 'admin'} about={about.data?.data} total={total} onWork={setWork} />
          )
        }
      />
      <div className="flex min-h-13 flex-wrap items-center gap-2 border-b px-4 py-2">
        <TextInput
          ref={filterInput}
          type="search"
          value={filter}
          onChange={(event) => setFilter(event.target.value)}
          placeholder={text.table.filter}
          aria-label={text.table.filter}
          aria-keyshortcuts="/"
          title={text.table.filterHint}
          className={cx('w-64 max-sm:basis-full', first !== undefined && 'max-sm:hidden')}
        />
        {first === undefined ? (
          <Counted
            namespace={namespace}
            said={list.data === undefined ? null : deferredFilter === '' ? text.entries(total) : text.table.shown(entries.length, total)}
            loading={deferredFilter !== '' && hasNextPage ? loaded.length : null}
            writes={writes}
          />
        ) : (
          <SelectionBar
            count={chosen.length}
            onCopy={() => setWork({ kind: 'copy', key: first.key })}
            onRename={() => setWork({ kind: 'rename', key: first.key })}
            onExport={() => setWork({ kind: 'export', only: selection.chosen, count: chosen.length })}
            onDelete={() => setWork({ kind: 'delete', entries: chosen })}
            onClear={clear}
          />
        )}
      </div>
      {missing ? null : <Said state={state} queryKey={entriesQuery(reader, namespace).queryKey} data={list.data} />}
      {list.data !== undefined ? (
        <Entries
          namespace={namespace}
          entries={entries}
          filter={deferredFilter}
          writes={writes}
          selection={writes ? selection : undefined}
          onImport={() => setWork({ kind: 'import' })}
          onMore={more}
          onClear={() => setFilter('')}
        />
      ) : missing ? (
        <MissingNamespace message={aboutState.failure?.message ?? ''} />
      ) : state.failure === null ? (
        <EntriesTableSkeleton />
      ) : null}
      {work === null ? null : (
        <Suspense>
          <WorkDialog namespace={namespace} work={work} onClose={() => setWork(null)} onChanged={clear} />
        </Suspense>
      )}
    </>
  );
}

/** What there is to say about the read of the entries. */
function Said(props: ReadNoticesProps): ReactElement | null {
  if (props.state.waiting === null && props.state.failure === null) return null;
  return (
    <div className="px-4 pt-3 pb-1">
      <ReadNotices {...props} />
    </div>
  );
}

interface CountedProps {
  readonly namespace: string;
  /** How many entries there are, or are shown. */
  readonly said: string | null;
  /** How many have come, while a filter waits for the rest. */
  readonly loading: number | null;
  readonly writes: boolean;
}

/** The right half of the bar while nothing is chosen. */
function Counted({ namespace, said, loading, writes }: CountedProps): ReactElement {
  return (
    <>
      <output className="tnum text-xs text-ink-faint">
        {said}
        {loading === null ? null : ` · ${text.table.loaded(loading)}`}
      </output>
      <Link href={paths.deleted(namespace)} prefetch={false} className={buttonStyle({ look: 'quiet', className: 'ml-auto' })}>
        {text.table.deleted}
      </Link>
      {writes ? <NewEntryLink namespace={namespace} /> : null}
    </>
  );
}

interface NamespaceActionsProps {
  readonly writes: boolean;
  readonly admin: boolean;
  readonly about: Namespace | undefined;
  readonly total: number;
  readonly onWork: (work: Work) => void;
}

function NamespaceActions({ writes, admin, about, total, onWork }: NamespaceActionsProps): ReactElement {
  return (
    <NamespaceMenu
      writes={writes}
      administers={admin && about !== undefined}
      onImport={() => onWork({ kind: 'import' })}
      onExport={() => onWork({ kind: 'export', only: null, count: total })}
      onEdit={() => about === undefined || onWork({ kind: 'edit-namespace', about })}
      onDelete={() => about === undefined || onWork({ kind: 'delete-namespace', about })}
    />
  );
}

interface EntriesProps {
  readonly namespace: string;
  readonly entries: readonly Entry[];
  readonly filter: string;
  readonly writes: boolean;
  readonly selection: Selection | undefined;
  readonly onImport: () => void;
  readonly onMore: () => void;
  readonly onClear: () => void;
}

/** The table, or why there is none. */
function Entries({ namespace, entries, filter, writes, selection, onImport, onMore, onClear }: EntriesProps): ReactElement {
  if (entries.length > 0) return <EntriesTable namespace={namespace} entries={entries} selection={selection} onEndInSight={onMore} />;
  if (filter !== '') {
    return (
      <EmptyState title={text.table.noMatch(filter)} lead="">
        <div className="flex flex-wrap justify-center gap-2">
          <Button onClick={onClear}>{text.table.clearFilter}</Button>
          <Link href={paths.search(filter)} prefetch={false} className={buttonStyle()}>
            {text.select.searchValues}
          </Link>
        </div>
      </EmptyState>
    );
  }
  return (
    <EmptyState title={text.table.empty} lead={text.table.emptyHint}>
      {writes ? (
        <div className="flex flex-wrap justify-center gap-2">
          <NewEntryLink namespace={namespace} />
          <Button onClick={onImport}>{text.select.import}</Button>
        </div>
      ) : null}
    </EmptyState>
  );
}

function NewEntryLink({ namespace }: { readonly namespace: string }): ReactElement {
  return (
    <Link href={paths.newEntry(namespace)} prefetch={false} className={buttonStyle({ look: 'primary' })} aria-keyshortcuts="n">
      <Plus aria-hidden />
      {text.table.create}
    </Link>
  );
}

function MissingNamespace({ message }: { readonly message: string }): ReactElement {
  return (
    <EmptyState title={message} lead="">
      <Link href={paths.home} className={buttonStyle()}>
        {text.failure.backHome}
      </Link>
    </EmptyState>
  );
}

/** `/` goes to the filter, `n` makes a new entry; not while something is being typed. */
function useShortcuts(namespace: string, writes: boolean): RefObject<HTMLInputElement | null> {
  const filter = useRef<HTMLInputElement>(null);
  const router = useRouter();
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      const typing =
        event.target instanceof HTMLElement &&
        event.target.closest('input, textarea, select, [contenteditable=true], [role=dialog]') !== null;
      if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === '/') {
        event.preventDefault();
        filter.current?.focus();
      } else if (event.key === 'n' && writes) {
        event.preventDefault();
        router.push(paths.newEntry(namespace));
      }
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, [namespace, writes, router]);
  return filter;
}
