'use client';

import type { ReactElement } from 'react';
import type { AnswerMeta } from '../../lib/client/types.ts';
import { REGISTRY_GROUP } from '../../lib/contract/token.ts';
import { text } from '../catalogue.ts';
import { cx } from '../ui/cx.ts';
import { OnDemand } from '../ui/on-demand.tsx';

const load = () => import('./freshness-popup.tsx');

/** Without the registry by which the request was routed: where things lie is not how new they are. */
function bareVersion(version: string): string {
  return version
    .split(',')
    .filter((element) => !element.startsWith(`${REGISTRY_GROUP}=`))
    .join(', ');
}

/** Which node answered, how, and from which version: quiet, and loud only when that node has lost contact. */
export function FreshnessBadge({ read }: { readonly read: AnswerMeta }): ReactElement | null {
  const { replicas } = read;
  const [replica] = replicas;
  if (replica === undefined) return null;
  // Of several groups, the whole is as late and as stale as the worst of its parts.
  const waited = Math.max(...replicas.map(({ waitedMs }) => waitedMs ?? 0));
  const stale = replicas.some((one) => one.stale);
  return (
    <OnDemand
      kind="dialog"
      load={load}
      popup={{ read }}
      trigger={
        <button
          type="button"
          data-testid="freshness"
          className={cx(
            'tnum inline-flex h-6 items-center gap-1.5 rounded-full border px-2 text-2xs whitespace-nowrap',
            stale ? 'border-bad/40 bg-bad-wash font-medium text-bad' : 'border-line text-ink-soft hover:border-line-strong',
          )}
        >
          {replicas.length > 1 ? (
            <span>{text.freshness.groups(replicas.length)}</span>
          ) : (
            <>
              <span>
                {replica.node} · {replica.role}
              </span>
              <span className="font-mono">{read.version === null ? null : bareVersion(read.version)}</span>
            </>
          )}
          {waited > 0 ? <span>+{text.freshness.waitedMs(waited)}</span> : null}
          {stale ? <span>{text.freshness.stale}</span> : null}
        </button>
      }
    />
  );
}
