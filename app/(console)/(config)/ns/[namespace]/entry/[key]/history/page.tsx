import { dehydrate } from '@tanstack/react-query';
import type { Metadata } from 'next';
import type { ReactElement } from 'react';
import { historyText } from '../../../../../../../../components/catalogue/history.ts';
import { auditQuery } from '../../../../../../../../lib/queries/audit.ts';
import { historyQuery } from '../../../../../../../../lib/queries/history.ts';
import { Hydrate } from '../../../../../../../_client/hydrate.tsx';
import { failureOf, renderQueries } from '../../../../../../../_server/prefetch.ts';
import { serverReader } from '../../../../../../../_server/reader.ts';
import { HistoryPage } from './client.tsx';

interface Props {
  readonly params: Promise<{ readonly namespace: string; readonly key: string }>;
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { namespace, key } = await params;
  return { title: `${historyText.title(decodeURIComponent(key))} · ${decodeURIComponent(namespace)}` };
}

export default async function Page({ params }: Props): Promise<ReactElement> {
  const { namespace: encodedNamespace, key: encodedKey } = await params;
  const [namespace, key] = [decodeURIComponent(encodedNamespace), decodeURIComponent(encodedKey)];
  const reader = await serverReader();
  const queries = renderQueries();
  const [failure] = await Promise.all([
    failureOf(queries.infiniteQuery(historyQuery(reader, namespace, key))),
    failureOf(queries.infiniteQuery(auditQuery(reader, { namespace, key }))),
  ]);
  return (
    <Hydrate state={dehydrate(queries)} dropped={reader.dropped}>
      <HistoryPage key={`${encodedNamespace}/${encodedKey}`} namespace={namespace} entryKey={key} failure={failure} />
    </Hydrate>
  );
}
