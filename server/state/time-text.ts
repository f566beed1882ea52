/** RFC 3339 times without the host's calendar: this room has no clock, and replicas must not differ by one. */

const DAY_MS = 86_400_000;
const DAYS_PER_400_YEARS = 146_097;

/** Proleptic Gregorian date of a day count since 1970-01-01. Years are counted from March, so that a leap day ends one. */
function civilDate(days: number): { year: number; month: number; day: number } {
  const sinceEra0 = days + 719_468;
  const era = Math.floor(sinceEra0 / DAYS_PER_400_YEARS);
  const dayOfEra = sinceEra0 - era * DAYS_PER_400_YEARS;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1;
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day };
}

function digits(value: number, width: number): string {
  return String(value).padStart(width, '0');
}

/** `2026-01-31T23:59:59.999Z` for milliseconds since 1970, UTC. For years 0 to 9999. */
export function timeText(ms: number): string {
  const days = Math.floor(ms / DAY_MS);
  const inDay = ms - days * DAY_MS;
  const { year, month, day } = civilDate(days);
  const hours = Math.floor(inDay / 3_600_000);
  const minutes = Math.floor(inDay / 60_000) % 60;
  const seconds = Math.floor(inDay / 1000) % 60;
  return `${digits(year, 4)}-${digits(month, 2)}-${digits(day, 2)}T${digits(hours, 2)}:${digits(minutes, 2)}:${digits(seconds, 2)}.${digits(inDay % 1000, 3)}Z`;
}
