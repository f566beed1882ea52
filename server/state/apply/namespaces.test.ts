import { describe, expect, test } from 'vitest';
import { ALL_AUDIT, ALL_ENTRIES, Harness, START_MS, del, put, write } from '../testing/harness.ts';
import type { CommandBody } from '../types.ts';

function putNamespace(namespace: string, description: string | null, owner: string | null): CommandBody {
  return { type: 'put-namespace', namespace, description, owner };
}

describe('put-namespace', () => {
  test('creates, then changes what is given and keeps the rest', () => {
    const h = new Harness();
    expect(h.run(putNamespace('a', 'about a', null)).result).toEqual({
      kind: 'namespace',
      created: true,
      description: 'about a',
      owner: '',
      createdAtMs: START_MS + 1,
      updatedAtMs: START_MS + 1,
      entries: 0,
    });
    h.run(write('a', [put('k', 'v')], { createNamespace: false }));
    expect(h.run(putNamespace('a', null, 'ops')).result).toEqual({
      kind: 'namespace',
      created: false,
      description: 'about a',
      owner: 'ops',
      createdAtMs: START_MS + 1,
      updatedAtMs: START_MS + 3,
      entries: 1,
    });
    expect(h.ask('namespace', { namespace: 'a' })).toMatchObject({
      description: 'about a',
      owner: 'ops',
      position: { term: 1, index: 3 },
      entries: 1,
    });
    expect(h.auditActions()).toEqual(['namespace.created', 'config.created', 'namespace.updated']);
  });
});

describe('delete-namespace', () => {
  function deleted(): Harness {
    const h = new Harness();
    h.run(write('a', [put('x', '1'), put('y', '1'), put('z', '1')]));
    h.run(write('a', [del('z')]));
    h.run(write('a/b', [put('x', 'below')]));
    expect(h.run({ type: 'delete-namespace', namespace: 'a' }).result).toEqual({ kind: 'namespace-deleted', entriesDeleted: 2 });
    return h;
  }

  test('takes the entries with it, and only its own', () => {
    const h = deleted();
    expect(h.ask('namespace', { namespace: 'a' })).toBeNull();
    expect(h.ask('entries', { namespace: 'a', ...ALL_ENTRIES })).toMatchObject({ rows: [], namespaceExists: false });
    expect(h.value('a', 'x')).toBeUndefined();
    expect(h.value('a/b', 'x')).toBe('below');
  });

  test('keeps history: each entry gets its deletion as a revision, entries deleted before do not', () => {
    const h = deleted();
    const history = (key: string) =>
      h
        .ask('history', { namespace: 'a', key, beforeRevision: null, rowsMax: 10 })
        .rows.map((row) => [row.revision, row.deleted, row.value]);
    expect(history('x')).toEqual([
      [2, true, null],
      [1, false, '1'],
    ]);
    expect(history('z')).toEqual([
      [2, true, null],
      [1, false, '1'],
    ]);
  });

  test('is one audit event that counts', () => {
    const [event] = deleted().ask('audit', { ...ALL_AUDIT, rowsMax: 1 }).rows;
    expect(event).toMatchObject({
      id: 'default:4:0',
      action: 'namespace.deleted',
      namespace: 'a',
      key: null,
      message: 'deleted with 2 entries',
    });
  });

  test('lets revisions go on when the namespace comes back', () => {
    const h = deleted();
    expect(h.run(write('a', [put('x', 'again')])).result).toMatchObject({
      namespaceCreated: true,
      changes: [{ created: true, entry: { revision: 3 } }],
    });
    expect(h.ask('namespace', { namespace: 'a' })?.entries).toBe(1);
  });

  test('is refused where there is none, twice included', () => {
    const h = deleted();
    expect(h.outcome({ type: 'delete-namespace', namespace: 'a' })).toBe('namespace-not-found');
    expect(h.outcome(write('a', [put('k', 'v')], { createNamespace: false }))).toBe('namespace-not-found');
  });
});
