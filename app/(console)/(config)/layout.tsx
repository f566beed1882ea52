import { dehydrate } from '@tanstack/react-query';
import type { ReactElement, ReactNode } from 'react';
import { createQueryClient } from '../../../lib/queries/query-client.ts';
import { namespacesQuery } from '../../../lib/queries/namespaces.ts';
import { Hydrate } from '../../_client/hydrate.tsx';
import { prefetchPages } from '../../_server/prefetch.ts';
import { serverReader } from '../../_server/reader.ts';
import { ConfigShell } from './config-shell.tsx';

/** The namespace tree beside whatever is open. */
export default async function ConfigLayout({ children }: { readonly children: ReactNode }): Promise<ReactElement> {
  const reader = await serverReader();
  const queries = createQueryClient();
  await prefetchPages(queries, namespacesQuery(reader));
  return (
    <Hydrate state={dehydrate(queries)} dropped={reader.dropped}>
      <ConfigShell>{children}</ConfigShell>
    </Hydrate>
  );
}
