'use client';

import type { ReactElement, ReactNode } from 'react';
import { createContext, useCallback, useContext, useEffect, useEffectEvent, useMemo, useState } from 'react';
import { text } from './catalogue.ts';
import type { TimeZone, ZoneChoice } from './time-zone.ts';
import { encodeZone, timeIn, ZONE_COOKIE } from './time-zone.ts';

const Rendered = createContext(0);
const Coarse = createContext(0);
const Zone = createContext('UTC');
const Choice = createContext<{ readonly choice: ZoneChoice; readonly choose: (choice: ZoneChoice) => void }>({
  choice: 'local',
  choose: () => undefined,
});

const COARSE_MS = 20_000;
const COOKIE_SECONDS = 31_536_000;

export interface TimeProviderProps {
  readonly renderedAt: number;
  readonly zone: TimeZone;
  readonly children: ReactNode;
}

/**
 * Tells the tree when and for which zone the server rendered it, so that the first client render says the same; one timer renews
 * all ages.
 */
export function TimeProvider({ renderedAt, zone: first, children }: TimeProviderProps): ReactElement {
  const [{ choice, zone }, setZone] = useState(first);
  const choose = useCallback((next: ZoneChoice): void => {
    const chosen = { choice: next, zone: next === 'utc' ? 'UTC' : Intl.DateTimeFormat().resolvedOptions().timeZone };
    document.cookie = `${ZONE_COOKIE}=${encodeZone(chosen)}; path=/; max-age=${COOKIE_SECONDS}; samesite=lax`;
    setZone(chosen);
  }, []);
  // A browser that has not said where it is, or has moved since.
  const settle = useEffectEvent(() => {
    if (choice === 'local' && Intl.DateTimeFormat().resolvedOptions().timeZone !== zone) choose('local');
  });
  useEffect(() => {
    const soon = setTimeout(settle);
    return () => clearTimeout(soon);
  }, []);
  const chosen = useMemo(() => ({ choice, choose }), [choice, choose]);
  return (
    <Rendered value={renderedAt}>
      <Zone value={zone}>
        <Choice value={chosen}>
          <CoarseClock>{children}</CoarseClock>
        </Choice>
      </Zone>
    </Rendered>
  );
}

/** Local time or UTC, and the way to choose. */
export function useZoneChoice(): { readonly choice: ZoneChoice; readonly choose: (choice: ZoneChoice) => void } {
  return useContext(Choice);
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
  const { exact } = timeIn(useContext(Zone), time);
  return (
    <time dateTime={time} title={exact} className="whitespace-nowrap">
      {ageText(now - Date.parse(time))}
    </time>
  );
}

/** The time itself, in local time or UTC as chosen; exact on hover. */
export function Moment({ time }: { readonly time: string }): ReactElement {
  const { short, exact } = timeIn(useContext(Zone), time);
  return (
    <time dateTime={time} title={exact} className="tnum whitespace-nowrap">
      {short}
    </time>
  );
}
