'use client';

import type { ReactElement, ReactNode } from 'react';
import { createContext, useContext, useEffect, useState } from 'react';
import { text } from './catalogue.ts';

const Rendered = createContext(0);
const Coarse = createContext(0);

const COARSE_MS = 20_000;

/** Tells the tree when the server rendered it, so that the first client render says the same ages; one timer renews them all. */
export function TimeProvider({ renderedAt, children }: { readonly renderedAt: number; readonly children: ReactNode }): ReactElement {
  return (
    <Rendered value={renderedAt}>
      <CoarseClock>{children}</CoarseClock>
    </Rendered>
  );
}

function CoarseClock({ children }: { readonly children: ReactNode }): ReactElement {
  return <Coarse value={useNow(COARSE_MS)}>{children}</Coarse>;
}

/** Milliseconds since 1970, renewed every `everyMs`. */
export function useNow(everyMs: number): number {
  const renderedAt = useContext(Rendered);
  const [now, setNow] = useState(renderedAt);
  useEffect(() => {
    const tick = (): void => setNow(Date.now());
    const first = setTimeout(tick);
    const others = setInterval(tick, everyMs);
    return () => {
      clearTimeout(first);
      clearInterval(others);
    };
  }, [everyMs]);
  return now;
}

export function ageText(ageMs: number): string {
  const seconds = Math.max(0, Math.round(ageMs / 1000));
  if (seconds < 3) return text.time.justNow;
  if (seconds < 60) return text.time.seconds(seconds);
  if (seconds < 3600) return text.time.minutes(Math.round(seconds / 60));
  if (seconds < 86_400) return text.time.hours(Math.round(seconds / 3600));
  return text.time.days(Math.round(seconds / 86_400));
}

/** How long ago, exact on hover. */
export function Ago({ time }: { readonly time: string }): ReactElement {
  const now = useContext(Coarse);
  return (
    <time dateTime={time} title={time.replace('T', ' ').replace('Z', ' UTC')} className="whitespace-nowrap">
      {ageText(now - Date.parse(time))}
    </time>
  );
}
