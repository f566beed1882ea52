import { dehydrate } from '@tanstack/react-query';
import type { Metadata } from 'next';
import type { ReactElement } from 'react';
import { auditText } from '../../../components/catalogue/audit.ts';
import { auditFilterFrom } from '../../../lib/queries/audit-filter.ts';
import { auditQuery } from '../../../lib/queries/audit.ts';
import { Hydrate } from '../../_client/hydrate.tsx';
import { failureOf, renderQueries } from '../../_server/prefetch.ts';
import { serverReader } from '../../_server/reader.ts';
import { AuditPage } from './client.tsx';

export const metadata: Metadata = { title: auditText.title };

interface Props {
  readonly searchParams: Promise<Record<string, string | string[] | undefined>>;
}

export default async function Page({ searchParams }: Props): Promise<ReactElement> {
  const asked = await searchParams;
  const filter = auditFilterFrom((name) => {
    const value = asked[name];
    return typeof value === 'string' ? value : value?.[0];
  });
  const reader = await serverReader();
  const queries = renderQueries();
  const failure = await failureOf(queries.infiniteQuery(auditQuery(reader, filter)));
  return (
    <Hydrate state={dehydrate(queries)} dropped={reader.dropped}>
      <AuditPage failure={failure} />
    </Hydrate>
  );
}
