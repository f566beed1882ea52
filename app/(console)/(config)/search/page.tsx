import { dehydrate } from '@tanstack/react-query';
import type { Metadata } from 'next';
import type { ReactElement } from 'react';
import { workText } from '../../../../components/catalogue/config-work.ts';
import type { SearchWhere } from '../../../../lib/queries/search.ts';
import { searchQuery } from '../../../../lib/queries/search.ts';
import { Hydrate } from '../../../_client/hydrate.tsx';
import { failureOf, renderQueries } from '../../../_server/prefetch.ts';
import { serverReader } from '../../../_server/reader.ts';
import { SearchPage } from './client.tsx';

interface Props {
  readonly searchParams: Promise<Record<string, string | string[] | undefined>>;
}

async function asked({ searchParams }: Props): Promise<{ readonly query: string; readonly where: SearchWhere }> {
  const { q, in: where } = await searchParams;
  return { query: typeof q === 'string' ? q.trim().slice(0, 500) : '', where: where === 'key' || where === 'value' ? where : 'both' };
}

export async function generateMetadata(props: Props): Promise<Metadata> {
  const { query } = await asked(props);
  return { title: query === '' ? workText.search.title : workText.search.titleFor(query) };
}

export default async function Page(props: Props): Promise<ReactElement> {
  const { query, where } = await asked(props);
  const reader = await serverReader();
  const queries = renderQueries();
  const failure = query === '' ? null : await failureOf(queries.infiniteQuery(searchQuery(reader, query, where)));
  return (
    <Hydrate state={dehydrate(queries)} dropped={reader.dropped}>
      <SearchPage key={`${where} ${query}`} query={query} where={where} failure={failure} />
    </Hydrate>
  );
}
