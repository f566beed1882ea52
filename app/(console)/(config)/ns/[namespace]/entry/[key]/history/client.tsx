'use client';

import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useSearchParams } from 'next/navigation';
import type { ReactElement } from 'react';
import { Suspense, useMemo, useState } from 'react';
import { historyText } from '../../../../../../../../components/catalogue/history.ts';
import { EmptyState } from '../../../../../../../../components/config/empty-state.tsx';
import { FreshnessBadge } from '../../../../../../../../components/entry/freshness-badge.tsx';
import type { Side } from '../../../../../../../../components/history/comparison.tsx';
import { Comparison } from '../../../../../../../../components/history/comparison.tsx';
import type { Pair } from '../../../../../../../../components/history/plan.ts';
import { pairFrom, planRestore, sourceOf } from '../../../../../../../../components/history/plan.ts';
import { Timeline } from '../../../../../../../../components/history/timeline.tsx';
import { paths } from '../../../../../../../../components/paths.ts';
import { Notice } from '../../../../../../../../components/ui/notice.tsx';
import { SkeletonLines } from '../../../../../../../../components/ui/skeleton.tsx';
import { toast } from '../../../../../../../../components/ui/toast.ts';
import type { Revision } from '../../../../../../../../lib/contract/model.ts';
import { auditQuery } from '../../../../../../../../lib/queries/audit.ts';
import { historyQuery, revisionQuery } from '../../../../../../../../lib/queries/history.ts';
import { useConsole } from '../../../../../../../_client/console.tsx';
import { ReadNotices } from '../../../../../../../_client/read-notices.tsx';
import type { FirstFailure } from '../../../../../../../_client/read-state.ts';
import { readState } from '../../../../../../../_client/read-state.ts';
import { Crumbs } from '../../../crumbs.tsx';
import { EntryTabs } from '../entry-tabs.tsx';
import { useRestore } from './use-restore.ts';
import { lazyPart } from '../../../../../../../../components/ui/lazy-part.ts';

const RestoreDialog = lazyPart(async () => (await import('../../../../../../../../components/history/restore-dialog.tsx')).RestoreDialog);
const SignInAgain = lazyPart(async () => (await import('../../../../../../../_client/sign-in-again.tsx')).SignInAgain);

export interface HistoryPageProps {
  readonly namespace: string;
  readonly entryKey: string;
  readonly failure: FirstFailure | null;
}

/** Every kept revision of a key: what changed when, by whom and why, any two side by side, and the way back to one. */
export function HistoryPage({ namespace, entryKey, failure }: HistoryPageProps): ReactElement {
  const { reader } = useConsole();
  const options = historyQuery(reader, namespace, entryKey);
  const list = useInfiniteQuery(options);
  const revisions = useMemo(() => list.data?.pages.flatMap(({ data }) => data.items) ?? [], [list.data]);
  const state = readState(list, failure);
  const [newest] = revisions;
  const read = list.data?.pages[0]?.meta;
  return (
    <>
      <Crumbs namespace={namespace}>
        <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
          <h1 className="min-w-0 font-mono text-base font-semibold break-words">{entryKey}</h1>
          {read === undefined ? null : <FreshnessBadge read={read} />}
        </div>
        <EntryTabs namespace={namespace} entryKey={entryKey} current="history" />
      </Crumbs>
      {newest !== undefined ? (
        <History
          namespace={namespace}
          entryKey={entryKey}
          revisions={revisions}
          newest={newest}
          oldestKept={list.data?.pages.at(-1)?.data.oldestKept ?? null}
          notices={<ReadNotices state={state} queryKey={options.queryKey} data={list.data} />}
          onOlder={list.hasNextPage ? () => void list.fetchNextPage() : null}
          loading={list.isFetchingNextPage}
        />
      ) : state.failure?.code === 'entry-not-found' ? (
        <EmptyState title={historyText.never} lead={historyText.neverBody(entryKey, namespace)} />
      ) : (
        <div className="flex min-h-0 flex-1 flex-col gap-3 p-3 sm:p-4">
          <ReadNotices state={state} queryKey={options.queryKey} data={undefined} />
          {state.failure === null ? <SkeletonLines lines={8} /> : null}
        </div>
      )}
    </>
  );
}

interface HistoryProps {
  readonly namespace: string;
  readonly entryKey: string;
  readonly revisions: readonly Revision[];
  readonly newest: Revision;
  readonly oldestKept: number | null;
  readonly notices: ReactElement | null;
  readonly onOlder: (() => void) | null;
  readonly loading: boolean;
}

function History({ namespace, entryKey, revisions, newest, oldestKept, notices, onOlder, loading }: HistoryProps): ReactElement {
  const { nonce, session } = useConsole();
  const address = useSearchParams();
  const pair = pairFrom({ from: address.get('from'), to: address.get('to') }, newest.revision, oldestKept);
  const before = useSide(namespace, entryKey, pair.from, revisions);
  const after = useSide(namespace, entryKey, pair.to, revisions);
  const sources = useSources(namespace, entryKey, newest.version);
  const [restoring, setRestoring] = useState(false);
  const { outcome, restore, reset } = useRestore(namespace, entryKey);

  const chosen = after.kind === 'revision' ? after.revision : null;
  const plan = chosen === null ? null : planRestore(newest, chosen);
  const writes = session.role !== 'viewer';
  const restorable = writes && plan !== null && (newest.deleted || pair.to !== newest.revision);

  const show = ({ from, to }: Pair): void => window.history.replaceState(null, '', paths.history(namespace, entryKey, { from, to }));
  const hrefOf = (revision: number): string => paths.history(namespace, entryKey, { to: revision });

  const submit = async (message: string): Promise<void> => {
    if (plan === null) return;
    const restored = await restore({ revision: plan.revision, message, base: newest.deleted ? null : newest.version });
    if (restored === null) return;
    setRestoring(false);
    toast({ title: historyText.done(restored), look: 'ok' });
    window.history.replaceState(null, '', paths.history(namespace, entryKey));
  };

  return (
    <div className="scroll-thin flex min-h-0 flex-1 flex-col overflow-auto bg-ground lg:flex-row lg:overflow-hidden">
      <section
        aria-label={historyText.revisions}
        className="scroll-thin shrink-0 border-b bg-surface max-lg:max-h-72 max-lg:overflow-auto lg:w-88 lg:overflow-auto lg:border-r lg:border-b-0"
      >
        <Timeline
          revisions={revisions}
          newest={newest.revision}
          pair={pair}
          sources={sources}
          hrefOf={hrefOf}
          onChoose={(revision) => window.history.replaceState(null, '', hrefOf(revision))}
          onOlder={onOlder}
          loading={loading}
          oldestKept={oldestKept}
        />
      </section>
      <div className="scroll-thin flex min-w-0 flex-1 flex-col gap-3 p-3 sm:p-4 lg:overflow-auto">
        {notices}
        {newest.deleted ? (
          <Notice look="info" title={historyText.isDeletedTitle(newest.author)}>
            {writes ? historyText.isDeleted : null}
          </Notice>
        ) : null}
        {writes ? null : <Notice look="info" title={historyText.viewer} />}
        <Comparison
          pair={pair}
          before={before}
          after={after}
          choices={revisions.map(({ revision }) => revision)}
          nonce={nonce}
          onPair={show}
          onRestore={restorable ? () => (reset(), setRestoring(true)) : null}
        />
      </div>
      <Suspense>
        {restoring && plan !== null && chosen !== null ? (
          <RestoreDialog
            plan={plan}
            newest={newest}
            chosen={chosen}
            outcome={outcome}
            role={session.role}
            nonce={nonce}
            onRestore={(message) => void submit(message)}
            onClose={() => setRestoring(false)}
            over={
              outcome.kind === 'signed-out' ? (
                <Suspense>
                  <SignInAgain open onDone={reset} />
                </Suspense>
              ) : null
            }
          />
        ) : null}
      </Suspense>
    </div>
  );
}

/** One side of the comparison: from the list where it is there, else asked for by itself. */
function useSide(namespace: string, key: string, revision: number, loaded: readonly Revision[]): Side {
  const { reader } = useConsole();
  const known = loaded.find((each) => each.revision === revision);
  const query = useQuery({ ...revisionQuery(reader, namespace, key, revision), enabled: revision > 0 && known === undefined });
  if (revision === 0) return { kind: 'nothing' };
  const found = known ?? query.data?.data;
  if (found !== undefined) return { kind: 'revision', revision: found };
  return query.error === null ? { kind: 'loading' } : { kind: 'gone' };
}

/** By which way each version came. The audit knows it, of as many changes as one page of it holds. */
function useSources(namespace: string, key: string, newest: string): ReadonlyMap<string, ReturnType<typeof sourceOf>> {
  const { reader } = useConsole();
  const { data, isFetching, refetch } = useInfiniteQuery(auditQuery(reader, { namespace, key }));
  const [askedFor, setAskedFor] = useState(newest);
  if (askedFor !== newest && !isFetching) {
    setAskedFor(newest);
    void refetch();
  }
  return useMemo(
    () =>
      new Map(
        data?.pages.flatMap((page) =>
          page.data.items
            .filter((event) => event.namespace === namespace)
            .map((event): [string, ReturnType<typeof sourceOf>] => [event.version, sourceOf(event.requestId)]),
        ),
      ),
    [data, namespace],
  );
}
