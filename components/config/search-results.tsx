import Link from 'next/link';
import type { ReactElement } from 'react';
import type { Entry } from '../../lib/contract/model.ts';
import { workText } from '../catalogue/config-work.ts';
import { paths } from '../paths.ts';
import { Ago } from '../time.tsx';
import { snippetOf } from './snippet.ts';
import { TypeTag } from './type-tag.tsx';

export interface SearchResultsProps {
  readonly entries: readonly Entry[];
  readonly query: string;
}

/** What a search has found: which entry, and the place in it. */
export function SearchResults({ entries, query }: SearchResultsProps): ReactElement {
  return (
    <ul aria-label={workText.search.results} className="divide-y border-y">
      {entries.map((entry) => (
        <li key={`${entry.namespace} ${entry.key}`} className="relative px-4 py-2.5 focus-within:bg-ink/5 hover:bg-ink/4">
          <div className="flex flex-wrap items-baseline gap-x-3 gap-y-0.5">
            <Link
              href={paths.entry(entry.namespace, entry.key)}
              prefetch={false}
              className="min-w-0 font-mono text-[0.8125rem] font-medium break-all after:absolute after:inset-0 focus-visible:outline-none focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-accent"
            >
              <Marked {...inKey(entry.key, query)} />
            </Link>
            <span className="min-w-0 text-xs break-all text-ink-soft">{entry.namespace}</span>
            <span className="ml-auto flex shrink-0 items-center gap-3 self-center text-xs text-ink-faint">
              <TypeTag type={entry.type} />
              <Ago time={entry.updatedAt} />
            </span>
          </div>
          <Place value={entry.value ?? ''} query={query} />
        </li>
      ))}
    </ul>
  );
}

/** The whole key, with what was found in it. */
function inKey(key: string, query: string): { readonly before: string; readonly found: string; readonly after: string } {
  const at = key.toLowerCase().indexOf(query.toLowerCase());
  if (at === -1) return { before: key, found: '', after: '' };
  return { before: key.slice(0, at), found: key.slice(at, at + query.length), after: key.slice(at + query.length) };
}

function Place({ value, query }: { readonly value: string; readonly query: string }): ReactElement {
  const snippet = snippetOf(value, query);
  return (
    <div className="flex gap-3 font-mono text-xs leading-5 text-ink-soft">
      <span className="tnum w-8 shrink-0 text-right text-ink-faint">{snippet.line}</span>
      <span className="min-w-0 truncate">
        <Marked {...snippet} />
      </span>
    </div>
  );
}

function Marked({ before, found, after }: { readonly before: string; readonly found: string; readonly after: string }): ReactElement {
  return (
    <>
      {before}
      {found === '' ? null : <mark className="rounded-sm bg-warn-wash text-warn">{found}</mark>}
      {after}
    </>
  );
}
