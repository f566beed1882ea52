'use client';

import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Plus } from 'lucide-react';
import Link from 'next/link';
import { useRouter } from 'next/navigation';
import type { ReactElement, RefObject } from 'react';
import { useCallback, useDeferredValue, useEffect, useMemo, useRef, useState } from 'react';
import { text } from '../../../../../components/catalogue.ts';
import { EmptyState } from '../../../../../components/config/empty-state.tsx';
import { EntriesTable, EntriesTableSkeleton } from '../../../../../components/config/entries-table.tsx';
import { FreshnessBadge } from '../../../../../components/entry/freshness-badge.tsx';
import { paths } from '../../../../../components/paths.ts';
import { Button, buttonStyle } from '../../../../../components/ui/button.tsx';
import { TextInput } from '../../../../../components/ui/field.tsx';
import { entriesQuery } from '../../../../../lib/queries/entries.ts';
import { namespaceQuery } from '../../../../../lib/queries/namespaces.ts';
import type { AnswerMeta } from '../../../../../lib/client/types.ts';
import type { Entry, Namespace } from '../../../../../lib/contract/model.ts';
import { useConsole } from '../../../../_client/console.tsx';
import { ReadNotices } from '../../../../_client/read-notices.tsx';
import type { FirstFailure } from '../../../../_client/read-state.ts';
import { readState } from '../../../../_client/read-state.ts';

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

  const total = Math.max(about.data?.data.entries ?? 0, loaded.length);
  return (
    <>
      <NamespaceHeader namespace={namespace} about={about.data?.data} read={list.data?.pages[0]?.meta} />
      <div className="flex flex-wrap items-center gap-2 border-b px-4 py-2">
        <TextInput
          ref={filterInput}
          type="search"
          value={filter}
          onChange={(event) => setFilter(event.target.value)}
          placeholder={text.table.filter}
          aria-label={text.table.filter}
          aria-keyshortcuts="/"
          title={text.table.filterHint}
          className="w-64 max-sm:flex-1"
        />
        <output className="tnum text-xs text-ink-faint">
          {list.data === undefined ? null : deferredFilter === '' ? text.entries(total) : text.table.shown(entries.length, total)}
          {deferredFilter !== '' && hasNextPage ? ` · ${text.table.loaded(loaded.length)}` : null}
        </output>
        <Link href={paths.deleted(namespace)} prefetch={false} className={buttonStyle({ look: 'quiet', size: 'md', className: 'ml-auto' })}>
          {text.table.deleted}
        </Link>
        {writes ? <NewEntryLink namespace={namespace} /> : null}
      </div>
      {missing || (state.waiting === null && state.failure === null) ? null : (
        <div className="px-4 pt-3 pb-1">
          <ReadNotices state={state} queryKey={entriesQuery(reader, namespace).queryKey} data={list.data} />
        </div>
      )}
      {list.data !== undefined ? (
        <Entries
          namespace={namespace}
          entries={entries}
          filter={deferredFilter}
          writes={writes}
          onMore={more}
          onClear={() => setFilter('')}
        />
      ) : missing ? (
        <MissingNamespace message={aboutState.failure?.message ?? ''} />
      ) : state.failure === null ? (
        <EntriesTableSkeleton />
      ) : null}
    </>
  );
}

interface NamespaceHeaderProps {
  readonly namespace: string;
  readonly about: Namespace | undefined;
  readonly read: AnswerMeta | undefined;
}

function NamespaceHeader({ namespace, about, read }: NamespaceHeaderProps): ReactElement {
  const said =
    about === undefined ? [] : [about.description, about.owner === '' ? '' : text.table.owner(about.owner)].filter((part) => part !== '');
  return (
    <div className="border-b px-4 py-3">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <h1 className="min-w-0 text-lg font-semibold break-words">{namespace}</h1>
        {read === undefined ? null : <FreshnessBadge read={read} />}
      </div>
      <p className="text-sm text-ink-soft">{said.join(' · ')}</p>
    </div>
  );
}

interface EntriesProps {
  readonly namespace: string;
  readonly entries: readonly Entry[];
  readonly filter: string;
  readonly writes: boolean;
  readonly onMore: () => void;
  readonly onClear: () => void;
}

/** The table, or why there is none. */
function Entries({ namespace, entries, filter, writes, onMore, onClear }: EntriesProps): ReactElement {
  if (entries.length > 0) return <EntriesTable namespace={namespace} entries={entries} selected={null} onEndInSight={onMore} />;
  if (filter !== '') {
    return (
      <EmptyState title={text.table.noMatch(filter)} lead="">
        <Button onClick={onClear}>{text.table.clearFilter}</Button>
      </EmptyState>
    );
  }
  return (
    <EmptyState title={text.table.empty} lead={text.table.emptyHint}>
      {writes ? <NewEntryLink namespace={namespace} /> : null}
    </EmptyState>
  );
}

function NewEntryLink({ namespace, className }: { readonly namespace: string; readonly className?: string | undefined }): ReactElement {
  return (
    <Link href={paths.newEntry(namespace)} prefetch={false} className={buttonStyle({ look: 'primary', className })} aria-keyshortcuts="n">
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
