'use client';

import type { ReactElement, ReactNode } from 'react';
import type { AnswerMeta, ReplicaReport } from '../../lib/client/types.ts';
import { text } from '../catalogue.ts';
import type { PopupProps } from '../ui/on-demand.tsx';
import { Popover } from '../ui/popover.tsx';

/** All that an answer says of how fresh it is. */
export function Popup({ trigger, read }: PopupProps & { readonly read: AnswerMeta }): ReactElement {
  const { replicas } = read;
  const several = replicas.length > 1;
  return (
    <Popover title={text.freshness.title} trigger={trigger}>
      {replicas.some(({ stale }) => stale) ? <p className="mb-2 text-bad">{text.freshness.staleMeaning}</p> : null}
      <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 text-xs">
        <Line term={text.freshness.version}>
          <span className="font-mono break-all">{read.version}</span>
        </Line>
        <Line term={text.freshness.mode}>{read.consistency ?? text.freshness.notKnown}</Line>
      </dl>
      <ul className="scroll-thin mt-2 flex max-h-72 flex-col gap-2 overflow-auto border-t pt-2">
        {replicas.map((replica) => (
          <li key={replica.group}>
            <Replica replica={replica} several={several} />
          </li>
        ))}
      </ul>
    </Popover>
  );
}

/** One group's part. */
function Replica({ replica, several }: { readonly replica: ReplicaReport; readonly several: boolean }): ReactElement {
  return (
    <>
      <p className="mb-1 text-ink-soft">
        {several ? <span className="mr-2 font-mono font-medium text-ink">{replica.group}</span> : null}
        {text.freshness.served(replica.node, replica.role)}
        {several && replica.stale ? <span className="text-bad">, {text.freshness.stale}</span> : null}
      </p>
      <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 text-xs">
        <Line term={text.freshness.waited}>{text.freshness.waitedMs(replica.waitedMs ?? 0)}</Line>
        <Line term={text.freshness.behind}>{text.cluster.lagValue(replica.lag)}</Line>
        <Line term={text.freshness.contact}>
          {replica.contactMs === null ? text.freshness.notKnown : text.freshness.contactMs(replica.contactMs)}
        </Line>
      </dl>
    </>
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
