'use client';

import { Hourglass } from 'lucide-react';
import type { ReactElement, ReactNode } from 'react';
import { labText } from '../catalogue/lab.ts';
import { useNow } from '../time.tsx';
import { indexOf } from './run.ts';

export interface ProgressViewProps {
  readonly words: string;
  /** A read that may be waiting: for what, since when, and how far its node is. */
  readonly wait?:
    | { readonly node: string; readonly version: string; readonly sinceMs: number; readonly appliedIndex: number | null }
    | null
    | undefined;
  readonly action?: ReactNode;
}

/** Long enough to be a wait, and not just an answer on its way. */
const WAIT_MS = 400;
const TICK_MS = 100;

/** What is under way; a read that is made to wait says for what. */
export function ProgressView({ words, wait = null, action }: ProgressViewProps): ReactElement {
  const nowMs = useNow(TICK_MS);
  const sinceMs = wait === null ? 0 : Math.max(0, nowMs - wait.sinceMs);
  const waits = wait !== null && sinceMs > WAIT_MS;
  const required = wait === null ? 0 : indexOf(wait.version);
  const applied = wait?.appliedIndex ?? null;
  return (
    <div className="flex flex-col items-center gap-3 py-6 text-center">
      <output className="flex items-center gap-2 text-sm font-medium">
        <Hourglass className={waits ? 'size-4 text-warn motion-safe:animate-pulse' : 'size-4 text-ink-faint'} aria-hidden />
        {waits ? labText.progress.waiting(wait.node, applied, required) : words}
      </output>
      {waits ? (
        <>
          <p aria-live="off" className="tnum font-mono text-lg text-warn">
            {labText.progress.since(sinceMs)}
          </p>
          {action}
        </>
      ) : null}
    </div>
  );
}
