'use client';

import type { ReactElement, ReactNode } from 'react';
import type { AnswerMeta, ReplicaReport } from '../../lib/client/types.ts';
import { text } from '../catalogue.ts';
import type { PopupProps } from '../ui/on-demand.tsx';
import { Popover } from '../ui/popover.tsx';

/** All that an answer says of how fresh it is. */
export function Popup({
  trigger,
  read,
  replica,
}: PopupProps & { readonly read: AnswerMeta; readonly replica: ReplicaReport }): ReactElement {
  return (
    <Popover title={text.freshness.title} trigger={trigger}>
      {replica.stale ? <p className="mb-2 text-bad">{text.freshness.staleMeaning}</p> : null}
      <p className="mb-2 text-ink-soft">{text.freshness.served(replica.node, replica.role)}</p>
      <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 text-xs">
        <Line term={text.freshness.version}>
          <span className="font-mono">{read.version}</span>
        </Line>
        <Line term={text.freshness.mode}>{read.consistency ?? text.freshness.notKnown}</Line>
        <Line term={text.freshness.waited}>{text.freshness.waitedMs(replica.waitedMs ?? 0)}</Line>
        <Line term={text.freshness.behind}>{text.cluster.lagValue(replica.lag)}</Line>
        <Line term={text.freshness.contact}>
          {replica.contactMs === null ? text.freshness.notKnown : text.freshness.contactMs(replica.contactMs)}
        </Line>
      </dl>
    </Popover>
  );
}

function Line({ term, children }: { readonly term: string; readonly children: ReactNode }): ReactElement {
  return (
    <>
      <dt className="text-ink-faint">{term}</dt>
      <dd className="tnum text-right">{children}</dd>
    </>
  );
}
