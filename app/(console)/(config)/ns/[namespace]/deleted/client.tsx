'use client';

import { useInfiniteQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { useMemo, useState } from 'react';
import { historyText } from '../../../../../../components/catalogue/history.ts';
import { EmptyState } from '../../../../../../components/config/empty-state.tsx';
import { FreshnessBadge } from '../../../../../../components/entry/freshness-badge.tsx';
import { DeletedTable } from '../../../../../../components/history/deleted-table.tsx';
import { Button } from '../../../../../../components/ui/button.tsx';
import { TextInput } from '../../../../../../components/ui/field.tsx';
import { SkeletonLines } from '../../../../../../components/ui/skeleton.tsx';
import { deletedQuery } from '../../../../../../lib/queries/history.ts';
import { useConsole } from '../../../../../_client/console.tsx';
import { ReadNotices } from '../../../../../_client/read-notices.tsx';
import type { FirstFailure } from '../../../../../_client/read-state.ts';
import { readState } from '../../../../../_client/read-state.ts';
import { Crumbs } from '../crumbs.tsx';

const said = historyText.deletedKeys;

/** The deleted keys of a namespace, each with the way to its history, where it can be restored. */
export function DeletedPage({ namespace, failure }: { readonly namespace: string; readonly failure: FirstFailure | null }): ReactElement {
  const { reader } = useConsole();
  const options = deletedQuery(reader, namespace);
  const list = useInfiniteQuery(options);
  const [filter, setFilter] = useState('');
  const loaded = useMemo(() => list.data?.pages.flatMap(({ data }) => data.items) ?? [], [list.data]);
  const wanted = filter.trim().toLowerCase();
  const shown = wanted === '' ? loaded : loaded.filter(({ key }) => key.toLowerCase().includes(wanted));
  const state = readState(list, failure);
  const read = list.data?.pages[0]?.meta;
  return (
    <>
      <Crumbs namespace={namespace}>
        <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
          <h1 className="text-base font-semibold">{said.title}</h1>
          {read === undefined ? null : <FreshnessBadge read={read} />}
        </div>
        <p className="text-sm text-ink-soft">{said.lead}</p>
      </Crumbs>
      <div className="flex flex-wrap items-center gap-2 border-b px-4 py-2">
        <TextInput
          type="search"
          value={filter}
          onChange={(event) => setFilter(event.target.value)}
          placeholder={said.filter}
          aria-label={said.filter}
          className="w-64 max-sm:flex-1"
        />
        <output className="tnum text-xs text-ink-faint">
          {list.data === undefined ? null : said.shown(shown.length, loaded.length, list.hasNextPage)}
        </output>
      </div>
      {state.waiting === null && state.failure === null ? null : (
        <div className="px-4 py-3">
          <ReadNotices state={state} queryKey={options.queryKey} data={list.data} />
        </div>
      )}
      {list.data === undefined ? (
        state.failure === null ? (
          <SkeletonLines lines={6} className="p-4" />
        ) : null
      ) : loaded.length === 0 && !list.hasNextPage ? (
        <EmptyState title={said.empty} lead={said.emptyHint} />
      ) : (
        <div className="scroll-thin min-h-0 flex-1 overflow-auto">
          {shown.length === 0 && wanted !== '' ? (
            <p className="p-4 text-sm text-ink-soft">{said.noMatch(filter.trim())}</p>
          ) : (
            <DeletedTable namespace={namespace} deletions={shown} />
          )}
          {list.hasNextPage ? (
            <div className="p-3">
              <Button size="sm" disabled={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
                {said.more}
              </Button>
            </div>
          ) : null}
        </div>
      )}
    </>
  );
}
