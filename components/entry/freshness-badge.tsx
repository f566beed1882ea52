import type { ReactElement, ReactNode } from 'react';
import type { AnswerMeta } from '../../lib/client/types.ts';
import { text } from '../catalogue.ts';
import { cx } from '../ui/cx.ts';
import { Popover } from '../ui/popover.tsx';

/** Which node answered, how, and from which version: quiet, and loud only when that node has lost contact. */
export function FreshnessBadge({ read }: { readonly read: AnswerMeta }): ReactElement | null {
  const replica = read.replicas[0];
  if (replica === undefined) return null;
  const waited = replica.waitedMs ?? 0;
  return (
    <Popover
      title={text.freshness.title}
      trigger={
        <button
          type="button"
          data-testid="freshness"
          className={cx(
            'tnum inline-flex h-6 items-center gap-1.5 rounded-full border px-2 text-2xs whitespace-nowrap',
            replica.stale ? 'border-bad/40 bg-bad-wash font-medium text-bad' : 'border-line text-ink-soft hover:border-line-strong',
          )}
        >
          <span>
            {replica.node} · {replica.role}
          </span>
          <span className="font-mono">{read.version}</span>
          {waited > 0 ? <span>+{text.freshness.waitedMs(waited)}</span> : null}
          {replica.stale ? <span>{text.freshness.stale}</span> : null}
        </button>
      }
    >
      {replica.stale ? <p className="mb-2 text-bad">{text.freshness.staleMeaning}</p> : null}
      <p className="mb-2 text-ink-soft">{text.freshness.served(replica.node, replica.role)}</p>
      <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 text-xs">
        <Line term={text.freshness.version}>
          <span className="font-mono">{read.version}</span>
        </Line>
        <Line term={text.freshness.mode}>{read.consistency ?? text.freshness.notKnown}</Line>
        <Line term={text.freshness.waited}>{text.freshness.waitedMs(waited)}</Line>
        <Line term={text.freshness.behind}>{text.cluster.lagValue(replica.lag)}</Line>
        <Line term={text.freshness.contact}>{replica.contactMs === null ? text.freshness.notKnown : text.freshness.contactMs(replica.contactMs)}</Line>
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
