import { dehydrate } from '@tanstack/react-query';
import type { ReactElement, ReactNode } from 'react';
import { namespacesQuery } from '../../../lib/queries/namespaces.ts';
import { Hydrate } from '../../_client/hydrate.tsx';
import { failureOf, renderQueries } from '../../_server/prefetch.ts';
import { serverReader } from '../../_server/reader.ts';
import { ConfigShell } from './config-shell.tsx';

/** The namespace tree beside whatever is open. */
export default async function ConfigLayout({ children }: { readonly children: ReactNode }): Promise<ReactElement> {
  const reader = await serverReader();
  const queries = renderQueries();
  // The tree says for itself that it is still waiting.
  await failureOf(queries.infiniteQuery(namespacesQuery(reader)));
  return (
    <Hydrate state={dehydrate(queries)} dropped={reader.dropped}>
      <ConfigShell>{children}</ConfigShell>
    </Hydrate>
  );
}
