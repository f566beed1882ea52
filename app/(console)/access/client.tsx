'use client';

import { useInfiniteQuery } from '@tanstack/react-query';
import { KeyRound, Plus } from 'lucide-react';
import type { ReactElement } from 'react';
import { Suspense, useEffect, useState } from 'react';
import { isInForce, isLastAdmin, sortKeys } from '../../../components/access/key-state.ts';
import { KeysTable } from '../../../components/access/keys-table.tsx';
import { accessText } from '../../../components/catalogue/access.ts';
import { text } from '../../../components/catalogue.ts';
import { FreshnessBadge } from '../../../components/entry/freshness-badge.tsx';
import { paths } from '../../../components/paths.ts';
import { useNow } from '../../../components/time.tsx';
import { Button } from '../../../components/ui/button.tsx';
import { Notice } from '../../../components/ui/notice.tsx';
import { Page, Panel } from '../../../components/ui/page.tsx';
import { SkeletonLines } from '../../../components/ui/skeleton.tsx';
import type { ApiKey } from '../../../lib/contract/model.ts';
import { apiKeysQuery } from '../../../lib/queries/access.ts';
import { useConsole } from '../../_client/console.tsx';
import { ReadNotices } from '../../_client/read-notices.tsx';
import type { FirstFailure } from '../../_client/read-state.ts';
import { readState } from '../../_client/read-state.ts';
import { useCreateKey, useRevokeKey } from './use-keys.ts';
import { lazyPart } from '../../../components/ui/lazy-part.ts';

const NewKeyDialog = lazyPart(async () => (await import('../../../components/access/new-key-dialog.tsx')).NewKeyDialog);
const SecretDialog = lazyPart(async () => (await import('../../../components/access/secret-dialog.tsx')).SecretDialog);
const RevokeDialog = lazyPart(async () => (await import('../../../components/access/revoke-dialog.tsx')).RevokeDialog);

/** Ages of keys are told by the minute. */
const NOW_MS = 60_000;

/** The API keys of the cluster. */
export function AccessPage({ failure }: { readonly failure: FirstFailure | null }): ReactElement {
  const { reader, session } = useConsole();
  const options = apiKeysQuery(reader);
  const list = useInfiniteQuery(options);
  const nowMs = useNow(NOW_MS);
  const [ended, setEnded] = useState(false);
  const [creating, setCreating] = useState(false);
  const [revoking, setRevoking] = useState<ApiKey | null>(null);
  const create = useCreateKey(() => setCreating(false));
  const revoke = useRevokeKey((id) => {
    setRevoking(null);
    if (id === session.key.id) location.assign(paths.signIn());
  });
  const state = readState(list, failure);

  const { hasNextPage, isFetching, fetchNextPage } = list;
  useEffect(() => {
    if (hasNextPage && !isFetching) void fetchNextPage();
  }, [hasNextPage, isFetching, fetchNextPage]);

  const all = sortKeys(list.data?.pages.flatMap(({ data }) => data.items) ?? [], nowMs);
  const active = all.filter((key) => isInForce(key, nowMs));
  const over = all.length - active.length;
  return (
    <Page
      title={accessText.title}
      lead={accessText.lead}
      beside={list.data?.pages[0] === undefined ? null : <FreshnessBadge read={list.data.pages[0].meta} />}
      actions={
        <Button look="primary" onClick={() => (create.reset(), setCreating(true))}>
          <Plus aria-hidden />
          {accessText.create}
        </Button>
      }
    >
      <div className="mb-3 empty:hidden">
        <ReadNotices state={state} queryKey={options.queryKey} data={list.data} />
      </div>
      {list.data === undefined ? (
        state.failure === null ? (
          <Panel>
            <SkeletonLines lines={5} />
          </Panel>
        ) : null
      ) : (
        <Panel
          flush
          title={accessText.shown(active.length)}
          actions={
            over === 0 ? null : (
              <Button size="sm" look="quiet" aria-pressed={ended} onClick={() => setEnded(!ended)}>
                {ended ? accessText.hideEnded : accessText.showEnded(over)}
              </Button>
            )
          }
        >
          <KeysTable
            keys={ended ? all : active}
            own={session.key.id}
            nowMs={nowMs}
            onRevoke={(key) => {
              revoke.reset();
              setRevoking(key);
            }}
          />
        </Panel>
      )}
      <Suspense>
        {creating ? (
          <NewKeyDialog pending={create.pending} error={create.error} onSubmit={create.submit} onClose={() => setCreating(false)} />
        ) : null}
        {create.created === null ? null : <SecretDialog name={create.created.name} secret={create.created.secret} onDone={create.forget} />}
        {revoking === null ? null : (
          <RevokeDialog
            apiKey={revoking}
            own={revoking.id === session.key.id}
            lastAdmin={isLastAdmin(revoking, all, nowMs)}
            pending={revoke.pending}
            error={revoke.error}
            onRevoke={() => revoke.submit(revoking.id)}
            onClose={() => setRevoking(null)}
          />
        )}
      </Suspense>
    </Page>
  );
}

/** For those who may not manage keys: why, and what their own key may do. */
export function NoAccess(): ReactElement {
  const { session } = useConsole();
  const { role, scope, key } = session;
  return (
    <Page title={accessText.title} lead={accessText.lead}>
      <div className="flex max-w-3xl flex-col gap-4">
        <Notice look="info" title={accessText.noRight.title}>
          {role === 'admin' ? accessText.noRight.scope : accessText.noRight.role(text.account.roles[role])}
        </Notice>
        <Panel title={accessText.noRight.own}>
          <div className="flex items-start gap-3 text-sm">
            <KeyRound className="mt-0.5 size-4 shrink-0 text-ink-faint" aria-hidden />
            <div>
              <p className="font-medium">{key.name}</p>
              <p className="text-ink-soft">
                {text.account.roles[role]}: {text.account.roleMeaning[role]}
              </p>
              {scope === null ? null : <p className="text-ink-soft">{text.account.scope(scope)}</p>}
            </div>
          </div>
        </Panel>
      </div>
    </Page>
  );
}
