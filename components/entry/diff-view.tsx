'use client';

import type { ReactElement } from 'react';
import { useEffect, useRef, useState } from 'react';
import type { EntryType } from '../../lib/contract/model.ts';
import { entryText } from '../catalogue/entry.ts';
import { cx } from '../ui/cx.ts';

export interface DiffViewProps {
  readonly before: string;
  readonly after: string;
  readonly beforeLabel: string;
  readonly afterLabel: string;
  readonly type: EntryType;
  readonly nonce: string;
  /** As high as what it stands in, instead of a part of the screen. */
  readonly fill?: boolean | undefined;
}

/** Narrower than this, two columns are of no use. */
const SIDE_BY_SIDE_PX = 860;

/** Two texts compared: side by side where there is room, in one column where there is not. */
export function DiffView({ before, after, beforeLabel, afterLabel, type, nonce, fill = false }: DiffViewProps): ReactElement {
  const place = useRef<HTMLDivElement>(null);
  const [wide, setWide] = useState(true);
  const [failed, setFailed] = useState(false);

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
    const show = async (): Promise<void> => {
      try {
        const { createDiff } = await import('./codemirror.ts');
        if (gone || place.current === null) return;
        remove = createDiff({ parent: place.current, before, after, beforeLabel, afterLabel, type, nonce, sideBySide: wide });
      } catch {
        if (!gone) setFailed(true);
      }
    };
    void show();
    return () => {
      gone = true;
      remove();
    };
  }, [before, after, beforeLabel, afterLabel, type, nonce, wide]);

  return (
    <div className="flex min-h-0 flex-1 flex-col overflow-hidden rounded-md border bg-surface">
      {/* In one column they are what the colours of the lines mean. */}
      <div className="flex border-b bg-sunken text-xs text-ink-soft">
        <div className={cx('flex-1 px-3 py-1.5', !wide && 'border-l-2 border-l-bad-mark')}>{beforeLabel}</div>
        <div className={cx('flex-1 border-l px-3 py-1.5', !wide && 'border-l-2 border-l-ok-mark')}>{afterLabel}</div>
      </div>
      <div ref={place} className={cx('scroll-thin min-h-24 overflow-auto', fill ? 'flex-1' : 'max-h-[46vh]')} />
      {failed ? (
        <div className="grid grid-cols-2 font-mono text-xs">
          <textarea readOnly value={before} rows={12} aria-label={beforeLabel} className="resize-none bg-transparent p-3" />
          <textarea readOnly value={after} rows={12} aria-label={afterLabel} className="resize-none border-l bg-transparent p-3" />
        </div>
      ) : null}
      {before.includes('\r\n') === after.includes('\r\n') ? null : (
        <p className="border-t px-3 py-1.5 text-xs text-warn">{entryText.review.endings}</p>
      )}
    </div>
  );
}
