import { describe, expect, test } from 'vitest';
import { Harness, del, put, write } from '../testing/harness.ts';
import type { CommandBody, Precondition } from '../types.ts';

function restore(revision: number, more: Precondition & { key?: string; namespace?: string } = {}): CommandBody {
  return { type: 'restore', namespace: 'a', key: 'k', revision, message: 'back', ...more };
}

describe('a restore', () => {
  test('brings value and type of an old revision back as a new one', () => {
    const h = new Harness();
    h.run(write('a', [put('k', '1', { type: 'number' })]));
    h.run(write('a', [put('k', 'x', { type: 'text' })]));
    expect(h.run(restore(1)).result).toMatchObject({
      kind: 'written',
      changes: [{ created: false, previousRevision: 2, entry: { revision: 3, type: 'number', message: 'back' } }],
    });
    expect(h.value('a', 'k')).toBe('1');
    expect(h.auditActions().at(-1)).toBe('config.restored');
    expect(h.ask('namespace', { namespace: 'a' })?.entries).toBe(1);
  });

  test('brings a deleted key back', () => {
    const h = new Harness();
    h.run(write('a', [put('k', '1')]));
    h.run(write('a', [del('k')]));
    expect(h.run(restore(1)).result).toMatchObject({ changes: [{ created: true, entry: { revision: 3 } }] });
    expect(h.value('a', 'k')).toBe('1');
    expect(h.ask('namespace', { namespace: 'a' })?.entries).toBe(1);
  });

  test('is refused without namespace, entry or revision, and for the revision that was a deletion', () => {
    const h = new Harness();
    h.run(write('a', [put('k', '1')]));
    h.run(write('a', [del('k')]));
    expect(h.outcome(restore(1, { namespace: 'b' }))).toBe('namespace-not-found');
    expect(h.outcome(restore(1, { key: 'other' }))).toBe('entry-not-found');
    expect(h.outcome(restore(2))).toBe('revision-not-found');
    expect(h.outcome(restore(9))).toBe('revision-not-found');
    expect(h.value('a', 'k')).toBeUndefined();
  });

  test('keeps to its precondition', () => {
    const h = new Harness();
    h.run(write('a', [put('k', '1')]));
    h.run(write('a', [put('k', '2')]));
    expect(h.run(restore(1, { ifMatch: { term: 1, index: 1 } })).result).toMatchObject({
      code: 'version-conflict',
      current: { revision: 2 },
    });
    expect(h.outcome(restore(1, { ifMatch: { term: 1, index: 2 } }))).toBe('written');
  });
});
