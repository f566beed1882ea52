import { dehydrate, hydrate, QueryClient } from '@tanstack/react-query';
import { describe, expect, test } from 'vitest';
import { isNewer, onlyNewer, reaches } from './newest.ts';

const history = '0123abcd.89abcdef';
const read = (version: string, value = version): unknown => ({
  data: { value },
  meta: {
    token: version
      .split(',')
      .map((element) => `${history}/${element}`)
      .join(','),
  },
});

function cacheWith(data: unknown, updatedAt: number): QueryClient {
  const cache = new QueryClient();
  cache.setQueryData(['entry', 'a', 'b'], data, { updatedAt });
  return cache;
}

describe('merging a server render into the cache', () => {
  test('orders answers by version', () => {
    expect(isNewer(read('5:42'), read('5:41'))).toBe(true);
    expect(isNewer(read('5:41'), read('5:42'))).toBe(false);
    expect(isNewer(read('5:42'), read('5:42'))).toBe(false);
    expect(isNewer(read('6:50'), read('5:100'))).toBe(false);
    expect(isNewer(read('5:42,payments=3:1'), read('5:41,payments=3:2'))).toBe(false);
    expect(isNewer({ pages: [read('5:42')] }, { pages: [read('5:41')] })).toBe(true);
    expect(isNewer(undefined, read('5:41'))).toBe(false);
  });

  test('knows whether an answer has what a node lacks', () => {
    expect(reaches(read('5:42'), `${history}/5:42`)).toBe(true);
    expect(reaches(read('5:43'), '5:42')).toBe(true);
    expect(reaches(read('5:41'), `${history}/5:42`)).toBe(false);
    expect(reaches(read('5:42'), 'payments=3:1')).toBe(false);
    expect(reaches(undefined, '5:42')).toBe(false);
  });

  test('never lets an older answer replace a newer one, whatever the clocks say', () => {
    const browser = cacheWith(read('5:42'), 1000);
    const server = cacheWith(read('5:41'), 9_999_999);
    hydrate(browser, onlyNewer(dehydrate(server), browser, 1001));
    expect(browser.getQueryData(['entry', 'a', 'b'])).toEqual(read('5:42'));
  });

  test('lets a newer answer replace an older one, whatever the clocks say', () => {
    const browser = cacheWith(read('5:41'), 9_999_999);
    const server = cacheWith(read('5:42'), 1000);
    hydrate(browser, onlyNewer(dehydrate(server), browser, 5000));
    expect(browser.getQueryData(['entry', 'a', 'b'])).toEqual(read('5:42'));
  });
});
