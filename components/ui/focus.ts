'use client';

import type { RefObject } from 'react';
import { useEffect, useEffectEvent } from 'react';

/** Puts the caret where a page that asks for one thing asks for it; nowhere if something has the focus already. */
export function useFocusAtStart(field: RefObject<HTMLElement | null>, wanted = true): void {
  const focus = useEffectEvent(() => {
    if (wanted && (document.activeElement === null || document.activeElement === document.body)) field.current?.focus();
  });
  useEffect(() => focus(), []);
}
