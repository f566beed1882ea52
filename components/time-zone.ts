/** How times are written: in the reader's zone or in UTC. */
export type ZoneChoice = 'local' | 'utc';

export interface TimeZone {
  readonly choice: ZoneChoice;
  /** IANA name, `Europe/Berlin`; what the browser last said of itself where the choice is local. */
  readonly zone: string;
}

/** Before a browser has said where it is. */
export const defaultZone: TimeZone = { choice: 'local', zone: 'UTC' };

/** Carries the choice to the server's render, so that its first paint says what the browser will say. */
export const ZONE_COOKIE = 'confman_zone';

export function encodeZone({ choice, zone }: TimeZone): string {
  return encodeURIComponent(`${choice}~${zone}`);
}

/** The zone that a cookie's value names; the default for whatever names none. */
export function decodeZone(value: string | undefined): TimeZone {
  if (value === undefined) return defaultZone;
  try {
    const [choice, zone = ''] = decodeURIComponent(value).split('~');
    if (choice === 'utc') return { choice, zone: 'UTC' };
    if (choice !== 'local') return defaultZone;
    partsIn(zone);
    return { choice, zone };
  } catch {
    return defaultZone;
  }
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** @throws RangeError for a zone that there is none */
function partsIn(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known !== undefined) return known;
  const format = new Intl.DateTimeFormat('en', {
    timeZone: zone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    fractionalSecondDigits: 3,
    hourCycle: 'h23',
    timeZoneName: 'shortOffset',
  });
  formats.set(zone, format);
  return format;
}

/**
 * A time as people compare times: `2026-03-01 12:00:00`, and exact with milliseconds and zone, `2026-03-01 12:00:00.000 GMT+1`.
 * What is not a time is given back as it came.
 *
 * @param time RFC 3339
 */
export function timeIn(zone: string, time: string): { readonly short: string; readonly exact: string } {
  const at = Date.parse(time);
  if (Number.isNaN(at)) return { short: time, exact: time };
  const parts = new Map(
    partsIn(zone)
      .formatToParts(at)
      .map(({ type, value }) => [type, value]),
  );
  const part = (type: Intl.DateTimeFormatPartTypes): string => parts.get(type) ?? '';
  const short = `${part('year')}-${part('month')}-${part('day')} ${part('hour')}:${part('minute')}:${part('second')}`;
  return { short, exact: `${short}.${part('fractionalSecond')} ${zone === 'UTC' ? 'UTC' : part('timeZoneName')}` };
}
