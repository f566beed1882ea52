import { describe, expect, test } from 'vitest';
import type { Revision } from '../../lib/contract/model.ts';
import { pairFrom, planRestore, sourceOf } from './plan.ts';

function revision(number: number, more: Partial<Revision> = {}): Revision {
  return {
    namespace: 'shop',
    key: 'limits',
    revision: number,
    value: `value ${number}`,
    type: 'text',
    version: `2:${number}`,
    author: 'ann',
    message: '',
    time: '2026-03-01T12:00:00.000Z',
    deleted: false,
    ...more,
  };
}

describe('restoring', () => {
  test('makes a new revision of an old value, and says so of the type too', () => {
    expect(planRestore(revision(7), revision(3, { type: 'json' }))).toEqual({
      revision: 3,
      becomes: 8,
      type: 'json',
      typeBefore: 'text',
      bringsBack: false,
      same: false,
    });
  });

  test('brings a deleted key back', () => {
    expect(planRestore(revision(4, { deleted: true, value: null }), revision(3))).toMatchObject({
      becomes: 5,
      bringsBack: true,
      same: false,
      typeBefore: null,
    });
  });

  test('of what is there already changes nothing but the number', () => {
    expect(planRestore(revision(7, { value: 'same' }), revision(3, { value: 'same' }))?.same).toBe(true);
    expect(planRestore(revision(7, { value: 'same' }), revision(3, { value: 'same', type: 'yaml' }))?.same).toBe(false);
  });

  test('is not possible of a deletion', () => {
    expect(planRestore(revision(7), revision(3, { deleted: true, value: null }))).toBeNull();
  });
});

describe('what an address compares', () => {
  test.each([
    [null, null, { from: 8, to: 9 }],
    [null, '5', { from: 4, to: 5 }],
    ['2', '5', { from: 2, to: 5 }],
    ['5', '2', { from: 5, to: 2 }],
    ['0', '5', { from: 0, to: 5 }],
    [null, '1', { from: 0, to: 1 }],
    ['7', null, { from: 7, to: 9 }],
    ['x', '99', { from: 8, to: 9 }],
    ['-1', '1.5', { from: 8, to: 9 }],
  ])('is for from=%s to=%s %o', (from, to, pair) => {
    expect(pairFrom({ from, to }, 9, null)).toEqual(pair);
  });

  test('never reaches below what is kept unless told to', () => {
    expect(pairFrom({ from: null, to: '17' }, 40, 17)).toEqual({ from: 0, to: 17 });
    expect(pairFrom({ from: '3', to: '17' }, 40, 17)).toEqual({ from: 3, to: 17 });
  });
});

test.each([
  ['console-1b2c', 'console'],
  ['cli-1', 'cli'],
  ['sdk-1', 'sdk'],
  ['0af7651916cd', 'api'],
  ['consolation-1', 'api'],
])('says of the request %s that it came by %s', (requestId, source) => {
  expect(sourceOf(requestId)).toBe(source);
});
