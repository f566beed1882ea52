import { dehydrate } from '@tanstack/react-query';
import type { Metadata } from 'next';
import type { ReactElement } from 'react';
import { shardsText } from '../../../components/catalogue/shards.ts';
import { namespaceFault } from '../../../lib/contract/names.ts';
import { moveTimesQuery, placementQuery, registryQuery } from '../../../lib/queries/shards.ts';
import { Hydrate } from '../../_client/hydrate.tsx';
import { failureOf, renderQueries } from '../../_server/prefetch.ts';
import { serverReader } from '../../_server/reader.ts';
import { ShardsPage } from './client.tsx';

export const metadata: Metadata = { title: shardsText.title };

interface Props {
  readonly searchParams: Promise<Record<string, string | string[] | undefined>>;
}

export default async function Page({ searchParams }: Props): Promise<ReactElement> {
  const { namespace } = await searchParams;
  const asked = typeof namespace === 'string' && namespaceFault(namespace) === null ? namespace : null;
  const reader = await serverReader();
  const queries = renderQueries();
  const [failure] = await Promise.all([
    failureOf(queries.query(registryQuery(reader))),
    failureOf(queries.query(moveTimesQuery(reader))),
    ...(asked === null ? [] : [failureOf(queries.query(placementQuery(reader, asked)))]),
  ]);
  return (
    <Hydrate state={dehydrate(queries)} dropped={reader.dropped}>
      <ShardsPage failure={failure} />
    </Hydrate>
  );
}
