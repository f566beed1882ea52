'use client';

import { useInfiniteQuery } from '@tanstack/react-query';
import Link from 'next/link';
import type { ReactElement } from 'react';
import { text } from '../../../components/catalogue.ts';
import { EmptyState } from '../../../components/config/empty-state.tsx';
import { paths } from '../../../components/paths.ts';
import { Ago } from '../../../components/time.tsx';
import { namespacesQuery } from '../../../lib/queries/namespaces.ts';
import { useConsole } from '../../_client/console.tsx';

/** How many namespaces are offered as a way in; the tree has them all. */
const RECENT = 8;

/** Nothing is open yet: the namespaces that changed last, or how to make the first. */
export function ConfigHome(): ReactElement | null {
  const { reader } = useConsole();
  const list = useInfiniteQuery(namespacesQuery(reader));
  if (list.data === undefined) return null;
  const namespaces = list.data.pages.flatMap(({ data }) => data.items);
  if (namespaces.length === 0) {
    return (
      <EmptyState heading="h1" title={text.home.firstTitle} lead={text.home.firstLead}>
        <p className="mb-1 text-sm text-ink-soft">{text.home.orCli}</p>
        <pre className="rounded-md whitespace-pre-wrap border bg-sunken px-3 py-2 text-left font-mono text-xs">
          ./confman put teams/payments/prod greeting hello
        </pre>
      </EmptyState>
    );
  }
  const recent = namespaces.toSorted((a, b) => (a.updatedAt < b.updatedAt ? 1 : -1)).slice(0, RECENT);
  return (
    <div className="scroll-thin min-h-0 flex-1 overflow-auto bg-ground p-4 sm:p-6">
      <h1 className="text-xl font-semibold">{text.home.title}</h1>
      <p className="mb-5 text-ink-soft">{text.home.lead}</p>
      <ul className="grid max-w-4xl gap-3 sm:grid-cols-2">
        {recent.map(({ namespace, description, entries, updatedAt }) => (
          <li key={namespace}>
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
        ))}
      </ul>
    </div>
  );
}
