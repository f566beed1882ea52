'use client';

import { useInfiniteQuery } from '@tanstack/react-query';
import { Search } from 'lucide-react';
import { useRouter } from 'next/navigation';
import type { ReactElement, SubmitEvent } from 'react';
import { useRef } from 'react';
import { text } from '../../../../components/catalogue.ts';
import { workText } from '../../../../components/catalogue/config-work.ts';
import { EmptyState } from '../../../../components/config/empty-state.tsx';
import { SearchResults } from '../../../../components/config/search-results.tsx';
import { FreshnessBadge } from '../../../../components/entry/freshness-badge.tsx';
import { paths } from '../../../../components/paths.ts';
import { Button } from '../../../../components/ui/button.tsx';
import { fieldText, NativeSelect, TextInput } from '../../../../components/ui/field.tsx';
import { useFocusAtStart } from '../../../../components/ui/focus.ts';
import { SkeletonLines } from '../../../../components/ui/skeleton.tsx';
import type { SearchWhere } from '../../../../lib/queries/search.ts';
import { searchQuery } from '../../../../lib/queries/search.ts';
import { useConsole } from '../../../_client/console.tsx';
import { ReadNotices } from '../../../_client/read-notices.tsx';
import type { FirstFailure } from '../../../_client/read-state.ts';
import { readState } from '../../../_client/read-state.ts';

export interface SearchPageProps {
  readonly query: string;
  readonly where: SearchWhere;
  readonly failure: FirstFailure | null;
}

/** Text in keys and values of every namespace. */
export function SearchPage({ query, where, failure }: SearchPageProps): ReactElement {
  const { reader } = useConsole();
  const router = useRouter();
  const field = useRef<HTMLInputElement>(null);
  useFocusAtStart(field, query === '');
  const options = searchQuery(reader, query, where);
  const list = useInfiniteQuery({ ...options, enabled: query !== '' });
  const state = readState(list, failure);
  const found = list.data?.pages.flatMap(({ data }) => data.items);
  const read = list.data?.pages[0]?.meta;

  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    router.push(paths.search(fieldText(form, 'q'), fieldText(form, 'in') as SearchWhere));
  };

  return (
    <>
      <div className="border-b px-4 py-3">
        <div className="flex min-h-6 flex-wrap items-center gap-x-3 gap-y-1">
          <h1 className="text-lg font-semibold">{workText.search.title}</h1>
          {read === undefined ? null : <FreshnessBadge read={read} />}
        </div>
        <p className="mb-3 text-sm text-ink-soft">{workText.search.lead}</p>
        <search>
          <form onSubmit={submit} className="flex flex-wrap gap-2" action="/search">
            <TextInput
              ref={field}
              name="q"
              type="search"
              defaultValue={query}
              aria-label={workText.search.label}
              placeholder={workText.search.label}
              maxLength={500}
              className="max-w-xl min-w-48 flex-1"
            />
            <NativeSelect name="in" defaultValue={where} aria-label={workText.search.inLabel} className="w-auto">
              {(['both', 'key', 'value'] as const).map((each) => (
                <option key={each} value={each}>
                  {workText.search.in[each]}
                </option>
              ))}
            </NativeSelect>
            <Button type="submit" look="primary">
              <Search aria-hidden />
              {workText.search.title}
            </Button>
          </form>
        </search>
      </div>
      {state.waiting === null && state.failure === null ? null : (
        <div className="px-4 pt-3">
          <ReadNotices state={state} queryKey={options.queryKey} data={list.data} />
        </div>
      )}
      {query === '' ? (
        <EmptyState title={workText.search.empty} lead={workText.search.emptyHint} />
      ) : found === undefined ? (
        state.failure === null ? (
          <SkeletonLines lines={8} className="p-4" />
        ) : null
      ) : found.length === 0 ? (
        <EmptyState title={workText.search.noMatch(query)} lead={workText.search.noMatchHint} />
      ) : (
        <div className="scroll-thin min-h-0 flex-1 overflow-auto">
          <output className="tnum block px-4 pt-3 pb-2 text-xs text-ink-faint">
            {workText.search.found(found.length, list.hasNextPage)}
          </output>
          <SearchResults entries={found} query={query} />
          {list.hasNextPage ? (
            <div className="p-4">
              <Button disabled={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
                {list.isFetchingNextPage ? text.loading : workText.search.more}
              </Button>
            </div>
          ) : null}
        </div>
      )}
    </>
  );
}
