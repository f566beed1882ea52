'use client';

import { useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { useRouter } from 'next/navigation';
import type { ReactElement } from 'react';
import { Suspense, useState } from 'react';
import { entryText } from '../../../../../../../components/catalogue/entry.ts';
import { EmptyState } from '../../../../../../../components/config/empty-state.tsx';
import { EntryMenu } from '../../../../../../../components/entry/entry-menu.tsx';
import { FreshnessBadge } from '../../../../../../../components/entry/freshness-badge.tsx';
import { paths } from '../../../../../../../components/paths.ts';
import { Ago } from '../../../../../../../components/time.tsx';
import { buttonStyle } from '../../../../../../../components/ui/button.tsx';
import type { Entry } from '../../../../../../../lib/contract/model.ts';
import { entryQuery } from '../../../../../../../lib/queries/entries.ts';
import { useConsole } from '../../../../../../_client/console.tsx';
import { ReadNotices } from '../../../../../../_client/read-notices.tsx';
import type { FirstFailure } from '../../../../../../_client/read-state.ts';
import { readState } from '../../../../../../_client/read-state.ts';
import { Crumbs } from '../../crumbs.tsx';
import { EntryWorkbench } from '../../entry-workbench.tsx';
import { EntryTabs } from './entry-tabs.tsx';
import type { Work } from '../../work-dialogs.tsx';
import { lazyPart } from '../../../../../../../components/ui/lazy-part.ts';

const WorkDialog = lazyPart(async () => (await import('../../work-dialogs.tsx')).WorkDialog);

export interface EntryPageProps {
  readonly namespace: string;
  readonly entryKey: string;
  readonly failure: FirstFailure | null;
}

/** One entry: its value, and the way to change it. */
export function EntryPage({ namespace, entryKey, failure }: EntryPageProps): ReactElement {
  const { reader, session } = useConsole();
  const router = useRouter();
  const [work, setWork] = useState<Work | null>(null);
  const query = useQuery(entryQuery(reader, namespace, entryKey));
  const entry = query.data?.data;
  const state = readState(query, failure);
  const missing = state.failure?.code === 'entry-not-found' || state.failure?.code === 'namespace-not-found';
  // Nothing of an entry that is gone may look as if it were there; but a text on top of it stays.
  const notices = missing ? null : (
    <ReadNotices state={state} queryKey={entryQuery(reader, namespace, entryKey).queryKey} data={query.data} />
  );
  return (
    <>
      <Crumbs
        namespace={namespace}
        actions={
          entry === undefined || missing || session.role === 'viewer' ? null : (
            <EntryMenu
              onCopy={() => setWork({ kind: 'copy', key: entryKey })}
              onRename={() => setWork({ kind: 'rename', key: entryKey })}
              onDelete={() => setWork({ kind: 'delete', entries: [entry] })}
            />
          )
        }
      >
        <h1 className="font-mono text-base font-semibold break-words">{entryKey}</h1>
        <EntryTabs namespace={namespace} entryKey={entryKey} current="value" />
      </Crumbs>
      {entry !== undefined ? (
        <EntryWorkbench
          namespace={namespace}
          entryKey={entryKey}
          entry={entry}
          gone={missing}
          notices={notices}
          about={
            <>
              <About entry={entry} />
              {query.data === undefined ? null : <FreshnessBadge read={query.data.meta} />}
            </>
          }
        />
      ) : missing ? (
        <EmptyState title={entryText.entry.notFound} lead={entryText.entry.notFoundBody(entryKey, namespace)}>
          {session.role === 'viewer' ? null : (
            <Link href={paths.newEntry(namespace, entryKey)} className={buttonStyle({ look: 'primary' })}>
              {entryText.entry.createIt}
            </Link>
          )}
        </EmptyState>
      ) : (
        <div className="flex min-h-0 flex-1 flex-col gap-3 p-3 sm:p-4">
          {notices}
          {state.failure === null ? <WorkbenchSkeleton /> : null}
        </div>
      )}
      {work === null ? null : (
        <Suspense>
          <WorkDialog
            namespace={namespace}
            work={work}
            onClose={() => setWork(null)}
            onChanged={() => {
              if (work.kind === 'delete') router.push(paths.namespace(namespace));
            }}
          />
        </Suspense>
      )}
    </>
  );
}

function About({ entry }: { readonly entry: Entry }): ReactElement {
  return (
    <span className="tnum text-sm text-ink-soft">
      {entryText.entry.revision(entry.revision)} · {entryText.entry.changed(entry.updatedBy)} <Ago time={entry.updatedAt} />
      {entry.message === '' ? null : <span className="text-ink-faint"> “{entry.message}”</span>}
    </span>
  );
}

function WorkbenchSkeleton(): ReactElement {
  return (
    <div className="flex min-h-48 flex-1 flex-col gap-3 rounded-lg border bg-surface p-4" aria-hidden>
      <span className="skeleton h-3 w-40" />
      <span className="skeleton h-3 w-64" />
      <span className="skeleton h-3 w-52" />
      <span className="skeleton h-3 w-24" />
    </div>
  );
}
