import { describe, expect, test } from 'vitest';
import type { Namespace } from '../../lib/contract/model.ts';
import { treeRows } from './tree.ts';

function namespace(path: string): Namespace {
  return { namespace: path, description: '', owner: '', createdAt: '', updatedAt: '', version: '1:1', entries: 0 };
}

function lines(paths: readonly string[], closed: readonly string[] = [], filter = ''): readonly string[] {
  return treeRows(paths.map(namespace), new Set(closed), filter).map(
    (row) => `${'  '.repeat(row.depth)}${row.label}${row.namespace === null ? '/' : ''}`,
  );
}

describe('the namespace tree', () => {
  test('nests by segment and sorts numbers as numbers', () => {
    expect(lines(['teams/b', 'teams/a10', 'teams/a9', 'app'])).toEqual(['app', 'teams/', '  a9', '  a10', '  b']);
  });

  test('folds folders with one child into one line, but no namespace', () => {
    expect(lines(['teams/payments/prod'])).toEqual(['teams/payments/prod']);
    expect(lines(['teams', 'teams/payments/prod'])).toEqual(['teams', '  payments/prod']);
  });

  test('hides what lies in a closed folder', () => {
    expect(lines(['a/x', 'a/y', 'b'], ['a'])).toEqual(['a/', 'b']);
  });

  test('opens everything that leads to a match while a filter is on', () => {
    expect(lines(['a/x', 'a/y', 'b'], ['a'], 'Y')).toEqual(['a/y']);
    expect(lines(['a/x'], [], 'zzz')).toEqual([]);
  });
});
