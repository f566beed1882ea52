'use client';

import type { ReactElement } from 'react';
import { useEffect, useEffectEvent } from 'react';

export interface TypeAheadProps {
  readonly onType: (change: (before: string) => string) => void;
  readonly onClose: () => void;
}

/** Stands in for a field that is on its way: what is typed meanwhile is for it, and no shortcut of the page below. */
export function TypeAhead({ onType, onClose }: TypeAheadProps): ReactElement {
  const take = useEffectEvent((event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.key === 'Escape') onClose();
    else if (event.key === 'Backspace') onType((before) => before.slice(0, -1));
    else if (/^.$/u.test(event.key)) onType((before) => before + event.key);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => take(event);
    document.addEventListener('keydown', onKeyDown, { capture: true });
    return () => document.removeEventListener('keydown', onKeyDown, { capture: true });
  }, []);
  return <div aria-hidden className="fixed inset-0 z-40 bg-black/45" />;
}
