import type { ReactElement } from 'react';
import type { Verdict } from '../../lib/contract/cluster.ts';
import { cx } from '../ui/cx.ts';

const colours = {
  healthy: 'bg-ok-mark text-ok-mark',
  degraded: 'bg-warn-mark text-warn-mark',
  unavailable: 'bg-bad-mark text-bad-mark',
} as const;

/** Only ever beside the word that it stands for. `live` lets it beat. */
export function VerdictDot({ verdict, live }: { readonly verdict: Verdict | null; readonly live: boolean }): ReactElement {
  return (
    <span
      aria-hidden
      className={cx(
        'inline-block size-2 shrink-0 rounded-full',
        verdict === null || !live ? 'bg-ink-faint/50' : colours[verdict],
        live && verdict !== null && 'animate-[pulse-ring_2.4s_ease-out_infinite]',
      )}
    />
  );
}
