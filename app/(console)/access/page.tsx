import { dehydrate } from '@tanstack/react-query';
import type { Metadata } from 'next';
import type { ReactElement } from 'react';
import { accessText } from '../../../components/catalogue/access.ts';
import { apiKeysQuery } from '../../../lib/queries/access.ts';
import { Hydrate } from '../../_client/hydrate.tsx';
import { failureOf, renderQueries } from '../../_server/prefetch.ts';
import { serverReader } from '../../_server/reader.ts';
import { signedIn } from '../../_server/signed-in.ts';
import { AccessPage, NoAccess } from './client.tsx';

export const metadata: Metadata = { title: accessText.title };

export default async function Page(): Promise<ReactElement> {
  const [reader, who] = await Promise.all([serverReader(), signedIn()]);
  // Only who may manage the whole cluster is told of its keys: nobody else is sent to ask in vain.
  if (who.kind !== 'signed-in' || who.session.role !== 'admin' || who.session.scope !== null) return <NoAccess />;
  const queries = renderQueries();
  const failure = await failureOf(queries.infiniteQuery(apiKeysQuery(reader)));
  return (
    <Hydrate state={dehydrate(queries)} dropped={reader.dropped}>
      <AccessPage failure={failure} />
    </Hydrate>
  );
}
