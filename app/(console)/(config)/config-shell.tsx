'use client';

import { useInfiniteQuery } from '@tanstack/react-query';
import { FolderTree, Plus } from 'lucide-react';
import { usePathname, useRouter } from 'next/navigation';
import type { ReactElement, ReactNode } from 'react';
import { Suspense, useEffect, useMemo, useState } from 'react';
import { text } from '../../../components/catalogue.ts';
import { NamespaceTree } from '../../../components/config/namespace-tree.tsx';
import { namespaceOfPath, paths } from '../../../components/paths.ts';
import { Button } from '../../../components/ui/button.tsx';
import { cx } from '../../../components/ui/cx.ts';
import { namespacesQuery } from '../../../lib/queries/namespaces.ts';
import { useConsole } from '../../_client/console.tsx';
import { useCreateNamespace } from '../../_client/use-create-namespace.ts';
import { lazyPart } from '../../../components/ui/lazy-part.ts';

const NewNamespaceDialog = lazyPart(async () => (await import('../../../components/config/new-namespace-dialog.tsx')).NewNamespaceDialog);

export function ConfigShell({ children }: { readonly children: ReactNode }): ReactElement {
  const { reader, session } = useConsole();
  const router = useRouter();
  const path = usePathname();
  const list = useInfiniteQuery(namespacesQuery(reader));
  const namespaces = useMemo(() => list.data?.pages.flatMap(({ data }) => data.items) ?? [], [list.data]);
  // On a phone the tree covers the page: it is open for one page, and closed on the next.
  const [treeOpenAt, setTreeOpenAt] = useState<string | null>(null);
  const treeOpen = treeOpenAt === path;
  const [creating, setCreating] = useState(false);
  const create = useCreateNamespace((namespace) => {
    setCreating(false);
    router.push(paths.namespace(namespace));
  });

  // The tree is whole: the rest follows as soon as a page is here.
  const { hasNextPage, isFetching, fetchNextPage } = list;
  useEffect(() => {
    if (hasNextPage && !isFetching) void fetchNextPage();
  }, [hasNextPage, isFetching, fetchNextPage]);

  const action =
    session.role === 'admin' ? (
      <Button size="icon" onClick={() => setCreating(true)} aria-label={text.tree.create} title={text.tree.create}>
        <Plus aria-hidden />
      </Button>
    ) : null;

  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <div className="flex items-center border-b bg-surface px-3 py-1.5 md:hidden">
        <Button look="quiet" size="sm" onClick={() => setTreeOpenAt(treeOpen ? null : path)} aria-expanded={treeOpen}>
          <FolderTree aria-hidden />
          {text.tree.show}
        </Button>
      </div>
      <div className="relative flex min-h-0 flex-1">
        <aside
          className={cx(
            'w-72 shrink-0 flex-col border-r bg-surface max-md:absolute max-md:inset-0 max-md:z-30 max-md:w-full max-md:border-0',
            treeOpen ? 'flex' : 'flex max-md:hidden',
          )}
        >
          {list.data === undefined ? (
            <TreeSkeleton />
          ) : (
            <NamespaceTree
              namespaces={namespaces}
              partial={hasNextPage}
              selected={namespaceOfPath(path)}
              onOpen={() => setTreeOpenAt(null)}
              action={action}
            />
          )}
        </aside>
        <main className="flex min-w-0 flex-1 flex-col bg-surface">{children}</main>
      </div>
      {creating ? (
        <Suspense>
          <NewNamespaceDialog open onOpenChange={setCreating} pending={create.pending} error={create.error} onSubmit={create.submit} />
        </Suspense>
      ) : null}
    </div>
  );
}

function TreeSkeleton(): ReactElement {
  return (
    <div className="flex flex-col gap-4 p-4" aria-hidden>
      {['w-40', 'w-28', 'w-48', 'w-36', 'w-44', 'w-24'].map((width) => (
        <span key={width} className={cx('skeleton h-3', width)} />
      ))}
    </div>
  );
}
