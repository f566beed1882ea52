import { dehydrate } from '@tanstack/react-query';
import type { Metadata } from 'next';
import type { ReactElement } from 'react';
import { referenceText } from '../../../components/catalogue/reference.ts';
import { openapiQuery } from '../../../lib/queries/access.ts';
import { Hydrate } from '../../_client/hydrate.tsx';
import { failureOf, renderQueries } from '../../_server/prefetch.ts';
import { serverReader } from '../../_server/reader.ts';
import { ReferencePage } from './client.tsx';

export const metadata: Metadata = { title: referenceText.title };

export default async function Page(): Promise<ReactElement> {
  const reader = await serverReader();
  const queries = renderQueries();
  const failure = await failureOf(queries.query(openapiQuery(reader)));
  return (
    <Hydrate state={dehydrate(queries)} dropped={reader.dropped}>
      <ReferencePage failure={failure} />
    </Hydrate>
  );
}
