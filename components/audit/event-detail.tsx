'use client';

import Link from 'next/link';
import type { ReactElement, ReactNode } from 'react';
import type { AuditEvent, Revision } from '../../lib/contract/model.ts';
import { auditText } from '../catalogue/audit.ts';
import { DiffView } from '../entry/diff-view.tsx';
import { paths } from '../paths.ts';
import { Moment } from '../time.tsx';
import { buttonStyle } from '../ui/button.tsx';
import { SkeletonLines } from '../ui/skeleton.tsx';

const said = auditText.detail;

/** The change itself: both sides, or why they cannot be shown. */
export type Change =
  | { readonly kind: 'none' }
  | { readonly kind: 'loading' }
  | { readonly kind: 'gone' }
  | { readonly kind: 'change'; readonly before: Revision | null; readonly after: Revision };

export interface EventDetailProps {
  readonly event: AuditEvent;
  readonly change: Change;
  readonly nonce: string;
  /** What stands at the top right: ways to narrow the list down. */
  readonly actions: ReactNode;
}

/** Everything about one event. */
export function EventDetail({ event, change, nonce, actions }: EventDetailProps): ReactElement {
  const { namespace, key } = event;
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap items-start gap-x-6 gap-y-3">
        <dl className="grid min-w-64 flex-1 grid-cols-[auto_1fr] gap-x-4 gap-y-1 text-xs">
          {event.message === '' ? null : (
            <Line term={said.message}>
              <span className="text-sm whitespace-pre-wrap">{event.message}</span>
            </Line>
          )}
          <Line term={said.time}>
            <Moment time={event.time} />
          </Line>
          <Line term={auditText.actor}>{event.actor}</Line>
          <Line term={said.group}>
            <span className="font-mono">{event.group}</span>
          </Line>
          <Line term={said.version}>
            <span className="font-mono">{event.version}</span>
          </Line>
          <Line term={said.request}>
            <span className="font-mono">{event.requestId === '' ? '–' : event.requestId}</span>
          </Line>
          <Line term={said.id}>
            <span className="font-mono">{event.id}</span>
          </Line>
          <Line term={said.clock}>
            <span className="font-mono">{event.hlc}</span>
          </Line>
        </dl>
        <div className="flex flex-wrap gap-2">
          {namespace !== null && key !== null ? (
            <Link
              href={paths.history(
                namespace,
                key,
                event.newRevision === null ? undefined : { from: event.oldRevision ?? 0, to: event.newRevision },
              )}
              className={buttonStyle({ size: 'sm' })}
            >
              {said.openHistory}
            </Link>
          ) : null}
          {event.action === 'namespace.deleted' && namespace !== null ? (
            <Link href={paths.deleted(namespace)} className={buttonStyle({ size: 'sm' })}>
              {said.openDeleted}
            </Link>
          ) : null}
          {actions}
        </div>
      </div>
      <Difference change={change} nonce={nonce} />
    </div>
  );
}

function Difference({ change, nonce }: { readonly change: Change; readonly nonce: string }): ReactElement | null {
  switch (change.kind) {
    case 'none':
      return null;
    case 'gone':
      return <p className="text-sm text-ink-soft">{said.gone}</p>;
    case 'loading':
      return (
        <output aria-label={said.loading} className="block min-h-36 rounded-md border bg-surface p-4">
          <SkeletonLines lines={4} />
        </output>
      );
    case 'change': {
      const { before, after } = change;
      return (
        <div className="flex min-h-36 flex-col bg-surface">
          <DiffView
            before={before?.value ?? ''}
            after={after.value ?? ''}
            beforeLabel={before === null ? said.nothing : said.before(before.revision)}
            afterLabel={said.after(after.revision, after.deleted)}
            type={after.type}
            nonce={nonce}
          />
        </div>
      );
    }
  }
}

function Line({ term, children }: { readonly term: string; readonly children: ReactNode }): ReactElement {
  return (
    <>
      <dt className="text-ink-faint">{term}</dt>
      <dd className="tnum min-w-0 break-words">{children}</dd>
    </>
  );
}
