'use client';

import { useQuery } from '@tanstack/react-query';
import { ExternalLink } from 'lucide-react';
import { useSearchParams } from 'next/navigation';
import type { ReactElement } from 'react';
import { useMemo, useSyncExternalStore } from 'react';
import { referenceText } from '../../../components/catalogue/reference.ts';
import { paths } from '../../../components/paths.ts';
import { AnswerPanel } from '../../../components/reference/answer-panel.tsx';
import { Method } from '../../../components/reference/method.tsx';
import type { ApiDocument, Operation } from '../../../components/reference/openapi.ts';
import { findOperations, readDocument } from '../../../components/reference/openapi.ts';
import { OperationDoc } from '../../../components/reference/operation-doc.tsx';
import { OperationList } from '../../../components/reference/operation-list.tsx';
import { TryPanel } from '../../../components/reference/try-panel.tsx';
import { Badge } from '../../../components/ui/badge.tsx';
import { buttonStyle } from '../../../components/ui/button.tsx';
import { Page } from '../../../components/ui/page.tsx';
import { SkeletonLines } from '../../../components/ui/skeleton.tsx';
import { openapiQuery } from '../../../lib/queries/access.ts';
import { useConsole } from '../../_client/console.tsx';
import { ReadNotices } from '../../_client/read-notices.tsx';
import type { FirstFailure } from '../../_client/read-state.ts';
import { readState } from '../../_client/read-state.ts';
import { useAttempt } from './use-attempt.ts';

/** The API, from the document that the node itself gives. */
export function ReferencePage({ failure }: { readonly failure: FirstFailure | null }): ReactElement {
  const { reader } = useConsole();
  const options = openapiQuery(reader);
  const query = useQuery(options);
  const document = useMemo(() => (query.data === undefined ? null : readDocument(query.data.data)), [query.data]);
  const state = readState(query, failure);
  return (
    <Page
      fit="full"
      title={referenceText.title}
      lead={referenceText.lead}
      actions={
        <a href="/api/v1/openapi.json" target="_blank" rel="noreferrer" className={buttonStyle()}>
          <ExternalLink aria-hidden />
          {referenceText.document}
        </a>
      }
    >
      {state.failure === null && state.waiting === null ? null : (
        <div className="border-b p-3">
          <ReadNotices state={state} queryKey={options.queryKey} data={query.data} />
        </div>
      )}
      {document === null ? state.failure === null ? <SkeletonLines lines={8} className="p-4" /> : null : <Operations document={document} />}
    </Page>
  );
}

const hrefOf = (id: string): string => `${paths.reference}?op=${encodeURIComponent(id)}`;

function Operations({ document }: { readonly document: ApiDocument }): ReactElement | null {
  const asked = useSearchParams().get('op');
  const { operations } = document;
  const current = operations.find(({ id }) => id === asked) ?? findOperations(operations, '')[0];
  if (current === undefined) return null;
  return (
    <div className="flex min-h-0 flex-1 flex-col lg:flex-row">
      <OperationList
        operations={operations}
        current={current.id}
        hrefOf={hrefOf}
        onChoose={(id) => window.history.pushState(null, '', hrefOf(id))}
      />
      <OperationView key={current.id} operation={current} document={document} />
    </div>
  );
}

function OperationView({ operation, document }: { readonly operation: Operation; readonly document: ApiDocument }): ReactElement {
  const { attempt, running, send, stop } = useAttempt();
  const origin = useOrigin();
  return (
    <div className="scroll-thin flex min-h-0 min-w-0 flex-1 flex-col gap-4 overflow-auto bg-ground p-3 *:shrink-0 sm:p-4">
      <header>
        <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
          <Method method={operation.method} />
          <h2 className="min-w-0 font-mono text-sm font-semibold break-all">{operation.path}</h2>
          <span title={referenceText.right}>
            <Badge>{referenceText.rights[operation.right] ?? operation.right}</Badge>
          </span>
        </div>
        <p className="text-ink-soft">{operation.summary}</p>
      </header>
      <TryPanel operation={operation} schemas={document.schemas} origin={origin} running={running} onSend={send} onStop={stop} />
      <AnswerPanel attempt={attempt} />
      <OperationDoc operation={operation} schemas={document.schemas} />
    </div>
  );
}

const never = (): (() => void) => () => undefined;

/** Where this console is; the server's render, which does not know how it is reached, names a variable. */
function useOrigin(): string {
  return useSyncExternalStore(
    never,
    () => location.origin,
    () => '',
  );
}
