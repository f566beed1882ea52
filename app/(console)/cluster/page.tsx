import { dehydrate } from '@tanstack/react-query';
import type { Metadata } from 'next';
import type { ReactElement } from 'react';
import { clusterText } from '../../../components/catalogue/cluster.ts';
import { firstGroup } from '../../../components/cluster/summary.ts';
import { clusterAuditQuery, journalsQuery } from '../../../lib/queries/cluster.ts';
import { Hydrate } from '../../_client/hydrate.tsx';
import { firstStatus } from '../../_server/first-status.ts';
import { failureOf, renderQueries } from '../../_server/prefetch.ts';
import { serverReader } from '../../_server/reader.ts';
import { ClusterPage } from './client.tsx';

export const metadata: Metadata = { title: clusterText.title };

export default async function Page(): Promise<ReactElement> {
  const [reader, status] = await Promise.all([serverReader(), firstStatus()]);
  const queries = renderQueries();
  const group = status === null ? undefined : firstGroup(status)?.id;
  // A node that does not answer at once would hold up the page; the browser asks it.
  const nodes = status?.nodes.filter(({ state, ageMs }) => state === 'live' && ageMs === 0).map(({ id }) => id) ?? [];
  const complete = status !== null && nodes.length === status.nodes.length;
  await Promise.all([
    failureOf(queries.query(clusterAuditQuery(reader))),
    ...(group === undefined || !complete ? [] : [failureOf(queries.query(journalsQuery(reader, group, nodes)))]),
  ]);
  return (
    <Hydrate state={dehydrate(queries)} dropped={reader.dropped}>
      <ClusterPage />
    </Hydrate>
  );
}
