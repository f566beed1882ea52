import { dehydrate } from '@tanstack/react-query';
import type { Metadata } from 'next';
import type { ReactElement } from 'react';
import { entriesQuery } from '../../../../../lib/queries/entries.ts';
import { namespaceQuery } from '../../../../../lib/queries/namespaces.ts';
import { Hydrate } from '../../../../_client/hydrate.tsx';
import { failureOf, renderQueries } from '../../../../_server/prefetch.ts';
import { serverReader } from '../../../../_server/reader.ts';
import { NamespacePage } from './client.tsx';

interface Props {
  readonly params: Promise<{ readonly namespace: string }>;
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: decodeURIComponent((await params).namespace) };
}

export default async function Page({ params }: Props): Promise<ReactElement> {
  const namespace = decodeURIComponent((await params).namespace);
  const reader = await serverReader();
  const queries = renderQueries();
  const [about, entries] = await Promise.all([
    failureOf(queries.query(namespaceQuery(reader, namespace))),
    failureOf(queries.infiniteQuery(entriesQuery(reader, namespace))),
  ]);
  return (
    <Hydrate state={dehydrate(queries)} dropped={reader.dropped}>
      <NamespacePage namespace={namespace} aboutFailure={about} entriesFailure={entries} />
    </Hydrate>
  );
}
