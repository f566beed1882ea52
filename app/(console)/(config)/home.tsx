'use client';

import { useInfiniteQuery } from '@tanstack/react-query';
import Link from 'next/link';
import type { ReactElement } from 'react';
import { text } from '../../../components/catalogue.ts';
import { EmptyState } from '../../../components/config/empty-state.tsx';
import { paths } from '../../../components/paths.ts';
import { Ago } from '../../../components/time.tsx';
import type { Namespace } from '../../../lib/contract/model.ts';
import { namespacesQuery } from '../../../lib/queries/namespaces.ts';
import { useConsole } from '../../_client/console.tsx';
import { ReadNotices } from '../../_client/read-notices.tsx';
import { readState } from '../../_client/read-state.ts';

/** How many namespaces are offered as a way in; the tree has them all. */
const RECENT = 8;

/** Nothing is open yet: the namespaces that changed last, or how to make the first. */
export function ConfigHome(): ReactElement {
  const { reader } = useConsole();
  const options = namespacesQuery(reader);
  const list = useInfiniteQuery(options);
  const namespaces = list.data?.pages.flatMap(({ data }) => data.items);
  if (namespaces?.length === 0) return <FirstNamespace />;
  return (
    <div className="scroll-thin min-h-0 flex-1 overflow-auto bg-ground p-4 sm:p-6">
      <h1 className="text-xl font-semibold">{text.home.title}</h1>
      <p className="mb-5 text-ink-soft">{text.home.lead}</p>
      <div className="mb-3 empty:hidden">
        <ReadNotices state={readState(list, null)} queryKey={options.queryKey} data={list.data} />
      </div>
      <ul className="grid max-w-4xl gap-3 sm:grid-cols-2">
        {namespaces === undefined
          ? [1, 2, 3, 4].map((at) => <li key={at} aria-hidden className="skeleton h-24 rounded-lg" />)
          : latest(namespaces).map((namespace) => <NamespaceCard key={namespace.namespace} namespace={namespace} />)}
      </ul>
    </div>
  );
}

function latest(namespaces: readonly Namespace[]): readonly Namespace[] {
  return namespaces.toSorted((a, b) => (a.updatedAt < b.updatedAt ? 1 : -1)).slice(0, RECENT);
}

function NamespaceCard({ namespace: { namespace, description, entries, updatedAt } }: { readonly namespace: Namespace }): ReactElement {
  return (
    <li>
      <Link
        href={paths.namespace(namespace)}
        prefetch={false}
        className="flex h-full flex-col gap-1 rounded-lg border bg-surface p-3.5 shadow-card hover:border-line-strong"
      >
        <span className="truncate font-medium" title={namespace}>
          {namespace}
        </span>
        {description === '' ? null : <span className="line-clamp-2 text-sm text-ink-soft">{description}</span>}
        <span className="tnum mt-auto text-xs text-ink-faint">
          {text.entries(entries)} · <Ago time={updatedAt} />
        </span>
      </Link>
    </li>
  );
}

function FirstNamespace(): ReactElement {
  return (
    <EmptyState heading="h1" title={text.home.firstTitle} lead={text.home.firstLead}>
      <p className="mb-1 text-sm text-ink-soft">{text.home.orCli}</p>
      <pre className="rounded-md border bg-sunken px-3 py-2 text-left font-mono text-xs whitespace-pre-wrap">
        ./confman put teams/payments/prod greeting hello
      </pre>
    </EmptyState>
  );
}
