'use client';

import type { RefObject } from 'react';
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';

/** How many rows the server renders: more than any first screen shows. */
const FIRST_ROWS = 60;
/** Rows beyond the edges of what is in sight, so that a scroll shows no gap. */
const MARGIN_ROWS = 8;

export interface WindowedRows {
  /** Rows to render are [first, end). */
  readonly first: number;
  readonly end: number;
  /** Height of what is left out before and behind, in pixels; 0 in the first render, which must not carry inline styles. */
  readonly before: number;
  readonly behind: number;
  /** Brings a row into sight. */
  readonly scrollTo: (index: number) => void;
}

interface Range {
  readonly first: number;
  readonly end: number;
}

/**
 * Which of many equally high rows are worth rendering. The first render, on the server too, has the first rows and no
 * measures: a content security policy without `unsafe-inline` refuses style attributes in HTML.
 *
 * @param headPx height of what sticks to the top of the scroller
 */
export function useWindowedRows(count: number, rowPx: number, scroller: RefObject<HTMLElement | null>, headPx = 0): WindowedRows {
  const [range, setRange] = useState<Range | null>(null);

  useEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    const measure = (): void => {
      const from = Math.floor(element.scrollTop / rowPx);
      const shown = Math.ceil(element.clientHeight / rowPx);
      // In steps, so that most scroll events change nothing.
      const first = Math.max(0, Math.floor((from - MARGIN_ROWS) / MARGIN_ROWS) * MARGIN_ROWS);
      const end = Math.ceil((from + shown + MARGIN_ROWS) / MARGIN_ROWS) * MARGIN_ROWS;
      setRange((before) => (before?.first === first && before.end === end ? before : { first, end }));
    };
    measure();
    const resized = new ResizeObserver(measure);
    resized.observe(element);
    element.addEventListener('scroll', measure, { passive: true });
    return () => {
      resized.disconnect();
      element.removeEventListener('scroll', measure);
    };
  }, [scroller, rowPx]);

  const wanted = useRef<number | null>(null);
  const measured = range !== null;
  const scrollTo = useCallback(
    (index: number): void => {
      const element = scroller.current;
      // Before the first measure the rows beyond it take no room yet, so there is nothing to scroll to.
      if (element === null || !measured) {
        wanted.current = index;
        return;
      }
      const top = index * rowPx;
      if (top < element.scrollTop) element.scrollTo({ top });
      const below = top + rowPx + headPx - element.clientHeight;
      if (below > element.scrollTop) element.scrollTo({ top: below });
    },
    [scroller, rowPx, headPx, measured],
  );
  useLayoutEffect(() => {
    if (!measured || wanted.current === null) return;
    scrollTo(wanted.current);
    wanted.current = null;
  }, [measured, scrollTo]);

  if (range === null) return { first: 0, end: Math.min(count, FIRST_ROWS), before: 0, behind: 0, scrollTo };
  const first = Math.min(range.first, Math.max(0, count - 1));
  const end = Math.min(range.end, count);
  return { first, end, before: first * rowPx, behind: (count - end) * rowPx, scrollTo };
}
