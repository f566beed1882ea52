'use client';

import { useVirtualizer } from '@tanstack/react-virtual';
import type { RefObject } from 'react';
import { useSyncExternalStore } from 'react';

/** How many rows the server renders: more than any first screen shows. */
const FIRST_ROWS = 60;

export interface WindowedRows {
  /** Rows to render are [first, end). */
  readonly first: number;
  readonly end: number;
  /** Height of what is left out before and behind, in pixels; 0 in the first render, which must not carry inline styles. */
  readonly before: number;
  readonly behind: number;
  readonly scrollTo: (index: number) => void;
}

const neverChanges = (): (() => void) => () => undefined;

/**
 * Which of many equally high rows are worth rendering. The first render, on the server too, has the first rows and no
 * measures: a content security policy without `unsafe-inline` refuses style attributes in HTML.
 */
export function useWindowedRows(count: number, rowPx: number, scroller: RefObject<HTMLElement | null>, marginPx = 0): WindowedRows {
  const mounted = useSyncExternalStore(
    neverChanges,
    () => true,
    () => false,
  );
  const virtualizer = useVirtualizer({ count, getScrollElement: () => scroller.current, estimateSize: () => rowPx, overscan: 12, scrollMargin: marginPx });
  const scrollTo = (index: number): void => virtualizer.scrollToIndex(index, { align: 'auto' });
  const items = virtualizer.getVirtualItems();
  const first = items[0];
  const last = items.at(-1);
  if (!mounted || first === undefined || last === undefined) {
    return { first: 0, end: Math.min(count, FIRST_ROWS), before: 0, behind: 0, scrollTo };
  }
  return {
    first: first.index,
    end: last.index + 1,
    before: first.index * rowPx,
    behind: (count - last.index - 1) * rowPx,
    scrollTo,
  };
}
