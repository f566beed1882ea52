import { dehydrate } from '@tanstack/react-query';
import type { Metadata } from 'next';
import type { ReactElement } from 'react';
import { historyText } from '../../../../../../components/catalogue/history.ts';
import { deletedQuery } from '../../../../../../lib/queries/history.ts';
import { Hydrate } from '../../../../../_client/hydrate.tsx';
import { failureOf, renderQueries } from '../../../../../_server/prefetch.ts';
import { serverReader } from '../../../../../_server/reader.ts';
import { DeletedPage } from './client.tsx';

interface Props {
  readonly params: Promise<{ readonly namespace: string }>;
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: `${historyText.deletedKeys.title} · ${decodeURIComponent((await params).namespace)}` };
}

export default async function Page({ params }: Props): Promise<ReactElement> {
  const namespace = decodeURIComponent((await params).namespace);
  const reader = await serverReader();
  const queries = renderQueries();
  const failure = await failureOf(queries.infiniteQuery(deletedQuery(reader, namespace)));
  return (
    <Hydrate state={dehydrate(queries)} dropped={reader.dropped}>
      <DeletedPage namespace={namespace} failure={failure} />
    </Hydrate>
  );
}
