'use client';

import type { ReactElement } from 'react';
import { useEffect, useRef, useState } from 'react';
import type { EntryType } from '../../lib/contract/model.ts';
import { text } from '../catalogue.ts';

export interface DiffViewProps {
  readonly before: string;
  readonly after: string;
  readonly beforeLabel: string;
  readonly afterLabel: string;
  readonly type: EntryType;
  readonly nonce: string;
}

/** Narrower than this, two columns are of no use. */
const SIDE_BY_SIDE_PX = 860;

/** Two texts compared: side by side where there is room, in one column where there is not. */
export function DiffView({ before, after, beforeLabel, afterLabel, type, nonce }: DiffViewProps): ReactElement {
  const place = useRef<HTMLDivElement>(null);
  const [wide, setWide] = useState(true);
  const [phase, setPhase] = useState<'loading' | 'ready' | 'failed'>('loading');

  useEffect(() => {
    const query = matchMedia(`(min-width: ${SIDE_BY_SIDE_PX}px)`);
    const adapt = (): void => setWide(query.matches);
    adapt();
    query.addEventListener('change', adapt);
    return () => query.removeEventListener('change', adapt);
  }, []);

  useEffect(() => {
    let gone = false;
    let remove = (): void => undefined;
    import('./codemirror.ts').then(
      ({ createDiff }) => {
        if (gone || place.current === null) return;
        remove = createDiff({ parent: place.current, before, after, beforeLabel, afterLabel, type, nonce, sideBySide: wide });
        setPhase('ready');
      },
      () => {
        if (!gone) setPhase('failed');
      },
    );
    return () => {
      gone = true;
      remove();
    };
  }, [before, after, beforeLabel, afterLabel, type, nonce, wide]);

  return (
    <div className="flex min-h-0 flex-1 flex-col overflow-hidden rounded-md border">
      <div className="flex border-b bg-sunken text-xs text-ink-soft">
        <div className="flex-1 px-3 py-1.5">{beforeLabel}</div>
        <div className="flex-1 border-l px-3 py-1.5">{afterLabel}</div>
      </div>
      <div ref={place} className="scroll-thin max-h-[46vh] min-h-24 overflow-auto" />
      {phase === 'failed' ? (
        <div className="grid grid-cols-2 font-mono text-xs">
          <pre className="overflow-auto p-3 whitespace-pre-wrap" tabIndex={0} aria-label={beforeLabel}>
            {before}
          </pre>
          <pre className="overflow-auto border-l p-3 whitespace-pre-wrap" tabIndex={0} aria-label={afterLabel}>
            {after}
          </pre>
        </div>
      ) : null}
      {before.includes('\r\n') === after.includes('\r\n') ? null : (
        <p className="border-t px-3 py-1.5 text-xs text-warn">{text.review.endings}</p>
      )}
    </div>
  );
}
