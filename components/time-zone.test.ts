import { describe, expect, test } from 'vitest';
import { decodeZone, defaultZone, encodeZone, timeIn } from './time-zone.ts';

describe('times', () => {
  test('are written in the zone that was chosen', () => {
    expect(timeIn('UTC', '2026-03-01T00:05:09.007Z')).toEqual({ short: '2026-03-01 00:05:09', exact: '2026-03-01 00:05:09.007 UTC' });
    expect(timeIn('Europe/Berlin', '2026-07-01T23:05:09.000Z')).toEqual({
      short: '2026-07-02 01:05:09',
      exact: '2026-07-02 01:05:09.000 GMT+2',
    });
  });

  test('stay as they came where they are none', () => {
    expect(timeIn('UTC', 'soon')).toEqual({ short: 'soon', exact: 'soon' });
  });
});

describe('the cookie of the zone', () => {
  test('goes there and back', () => {
    for (const zone of [defaultZone, { choice: 'utc', zone: 'UTC' }, { choice: 'local', zone: 'America/New_York' }] as const) {
      expect(decodeZone(encodeZone(zone))).toEqual(zone);
    }
  });

  test('is the default where it is no zone', () => {
    for (const value of [undefined, '', '%', 'local~Nowhere/Land', 'local', 'x~UTC'])
      expect(decodeZone(value), String(value)).toEqual(defaultZone);
  });
});
