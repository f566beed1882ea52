'use client';

import type { ReactElement } from 'react';
import type { AnswerMeta } from '../../lib/client/types.ts';
import { text } from '../catalogue.ts';
import { cx } from '../ui/cx.ts';
import { OnDemand } from '../ui/on-demand.tsx';

const load = () => import('./freshness-popup.tsx');

/** Which node answered, how, and from which version: quiet, and loud only when that node has lost contact. */
export function FreshnessBadge({ read }: { readonly read: AnswerMeta }): ReactElement | null {
  const replica = read.replicas[0];
  if (replica === undefined) return null;
  const waited = replica.waitedMs ?? 0;
  return (
    <OnDemand
      kind="dialog"
      load={load}
      popup={{ read, replica }}
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
    />
  );
}
