import { expect, test } from 'vitest';
import type { ApiKey } from '../../lib/contract/model.ts';
import { expiryOf, isLastAdmin, keyState, scopeOf, sortKeys } from './key-state.ts';

const NOW = Date.parse('2026-03-01T12:00:00.000Z');

function key(name: string, more: Partial<ApiKey> = {}): ApiKey {
  return {
    id: name,
    name,
    role: 'admin',
    scope: null,
    createdAt: '2026-01-01T00:00:00.000Z',
    createdBy: 'ann',
    expiresAt: null,
    lastUsedAt: null,
    revokedAt: null,
    ...more,
  };
}

test.each([
  [{}, 'active'],
  [{ expiresAt: '2026-06-01T00:00:00.000Z' }, 'active'],
  [{ expiresAt: '2026-03-08T12:00:00.000Z' }, 'soon'],
  [{ expiresAt: '2026-03-01T12:00:00.000Z' }, 'expired'],
  [{ expiresAt: '2026-06-01T00:00:00.000Z', revokedAt: '2026-02-01T00:00:00.000Z' }, 'revoked'],
] as const)('says of %o that it is %s', (more, state) => {
  expect(keyState(key('k', more), NOW)).toBe(state);
});

test('knows the last key of an administrator of everything', () => {
  const only = key('only');
  const others = [
    key('viewer', { role: 'viewer' }),
    key('limited', { scope: ['teams'] }),
    key('old', { expiresAt: '2026-01-01T00:00:00.000Z' }),
    key('gone', { revokedAt: '2026-01-01T00:00:00.000Z' }),
  ];
  expect(isLastAdmin(only, [only, ...others], NOW)).toBe(true);
  expect(isLastAdmin(only, [only, key('second')], NOW)).toBe(false);
  expect(others.some((other) => isLastAdmin(other, [only, ...others], NOW))).toBe(false);
});

test('reckons when a key expires', () => {
  expect(expiryOf('never', '', NOW)).toBeNull();
  expect(expiryOf('week', '', NOW)).toBe('2026-03-08T12:00:00.000Z');
  expect(expiryOf('date', '2026-03-01', NOW)).toBe('2026-03-01T23:59:59.999Z');
  for (const day of ['2026-02-28', '', '2026-02-31', 'soon']) expect(expiryOf('date', day, NOW)).toBeUndefined();
});

test('shows keys in force first, in order of name', () => {
  const all = [key('b'), key('gone', { revokedAt: '2026-01-01T00:00:00.000Z' }), key('a10'), key('a2')];
  expect(sortKeys(all, NOW).map(({ name }) => name)).toEqual(['a2', 'a10', 'b', 'gone']);
});

test('reads namespaces line by line', () => {
  expect(scopeOf(' teams/a \n\nteams/b, teams/a,')).toEqual(['teams/a', 'teams/b']);
});
