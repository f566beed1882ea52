'use client';

import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Plus } from 'lucide-react';
import Link from 'next/link';
import { useRouter } from 'next/navigation';
import type { ReactElement } from 'react';
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
  const read = list.data?.pages[0]?.meta;
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

  return (
    <>
      <div className="border-b px-4 py-3">
        <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
          <h1 className="min-w-0 text-lg font-semibold break-words">{namespace}</h1>
          {read === undefined ? null : <FreshnessBadge read={read} />}
        </div>
        <p className="text-sm text-ink-soft">
          {about.data?.data.description}
          {about.data === undefined || about.data.data.owner === '' ? null : (
            <span className="text-ink-faint">
              {about.data.data.description === '' ? null : ' · '}
              {text.table.owner(about.data.data.owner)}
            </span>
          )}
        </p>
      </div>
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
        <span className="tnum text-xs text-ink-faint" role="status">
          {list.data === undefined
            ? null
            : text.table.shown(
                entries.length,
                deferredFilter === '' ? Math.max(about.data?.data.entries ?? 0, loaded.length) : loaded.length,
              )}
          {deferredFilter !== '' && hasNextPage ? ` · ${text.table.loaded(loaded.length)}` : null}
        </span>
        {writes ? (
          <Link href={paths.newEntry(namespace)} className={buttonStyle({ look: 'primary', className: 'ml-auto' })} aria-keyshortcuts="n">
            <Plus aria-hidden />
            {text.table.create}
          </Link>
        ) : null}
      </div>
      {state.waiting === null && (state.failure === null || missing) ? null : (
        <div className="px-4 pt-3 pb-1">
          <ReadNotices state={state} queryKey={entriesQuery(reader, namespace).queryKey} data={list.data} />
        </div>
      )}
      {list.data === undefined ? (
        missing || state.failure !== null ? null : (
          <EntriesTableSkeleton />
        )
      ) : entries.length > 0 ? (
        <EntriesTable namespace={namespace} entries={entries} selected={null} onEndInSight={more} />
      ) : deferredFilter === '' ? (
        <EmptyState title={text.table.empty} lead={text.table.emptyHint}>
          {writes ? (
            <Link href={paths.newEntry(namespace)} className={buttonStyle({ look: 'primary' })}>
              {text.table.create}
            </Link>
          ) : null}
        </EmptyState>
      ) : (
        <EmptyState title={text.table.noMatch(filter.trim())} lead="">
          <Button onClick={() => setFilter('')}>{text.table.clearFilter}</Button>
        </EmptyState>
      )}
      {missing && list.data === undefined ? <MissingNamespace message={aboutState.failure?.message ?? ''} /> : null}
    </>
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
function useShortcuts(namespace: string, writes: boolean): React.RefObject<HTMLInputElement | null> {
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
