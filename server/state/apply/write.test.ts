import { describe, expect, test } from 'vitest';
import { ALL_AUDIT, ALL_ENTRIES, Harness, START_MS, del, put, write } from '../testing/harness.ts';

describe('a put', () => {
  test('creates its namespace in the same command, and the entry as text', () => {
    const h = new Harness();
    const applied = h.run(write('teams/a', [put('k', 'v')], { message: 'first' }));
    const entry = {
      key: 'k',
      type: 'text',
      revision: 1,
      position: { term: 1, index: 1 },
      createdAtMs: START_MS + 1,
      updatedAtMs: START_MS + 1,
      updatedBy: 'ann',
      message: 'first',
    };
    expect(applied).toEqual({
      position: { term: 1, index: 1 },
      result: { kind: 'written', namespaceCreated: true, changes: [{ op: 'put', created: true, previousRevision: null, entry }] },
      replayed: false,
      resultPosition: { term: 1, index: 1 },
      stamp: { ms: START_MS + 1, counter: 0, node: 'n1' },
    });
    expect(h.ask('entry', { namespace: 'teams/a', key: 'k' })).toEqual({ namespace: 'teams/a', ...entry, value: 'v' });
    expect(h.ask('namespace', { namespace: 'teams/a' })).toMatchObject({ entries: 1, description: '', createdAtMs: START_MS + 1 });
    expect(h.auditActions()).toEqual(['namespace.created', 'config.created']);
  });

  test('is refused in an unknown namespace when it may not create one, and leaves nothing behind', () => {
    const h = new Harness();
    expect(h.outcome(write('a', [put('k', 'v')], { createNamespace: false }))).toBe('namespace-not-found');
    expect(h.ask('namespace', { namespace: 'a' })).toBeNull();
    expect(h.auditActions()).toEqual([]);
    expect(h.machine.applied()).toEqual({ term: 1, index: 1 });
  });

  test('makes a new revision of the same value again, and keeps when the entry was created', () => {
    const h = new Harness();
    h.run(write('a', [put('k', 'v')]));
    const { result } = h.run(write('a', [put('k', 'v')]));
    expect(result).toMatchObject({
      changes: [{ created: false, previousRevision: 1, entry: { revision: 2, createdAtMs: START_MS + 1, updatedAtMs: START_MS + 2 } }],
    });
  });

  test('goes on counting revisions after a delete, as a newly created entry', () => {
    const h = new Harness();
    h.run(write('a', [put('k', '1', { type: 'number' })]));
    const { result } = h.run(write('a', [del('k')]));
    expect(result).toMatchObject({ changes: [{ op: 'delete', key: 'k', revision: 2, previousRevision: 1 }] });
    expect(h.ask('entry', { namespace: 'a', key: 'k' })).toBeNull();
    const again = h.run(write('a', [put('k', 'x')]));
    expect(again.result).toMatchObject({
      changes: [{ created: true, previousRevision: null, entry: { revision: 3, type: 'text', createdAtMs: START_MS + 3 } }],
    });
  });

  test('keeps the type of the entry unless it gives one', () => {
    const h = new Harness();
    h.run(write('a', [put('k', '1', { type: 'number' })]));
    h.run(write('a', [put('k', '2')]));
    expect(h.ask('entry', { namespace: 'a', key: 'k' })?.type).toBe('number');
    h.run(write('a', [put('k', '2', { type: 'text' })]));
    expect(h.ask('entry', { namespace: 'a', key: 'k' })?.type).toBe('text');
  });

  test('is refused as type-changed when its value was not judged for the type it would get', () => {
    const h = new Harness();
    h.run(write('a', [put('k', '1', { type: 'number' })]));
    const { result } = h.run(write('a', [put('other', '1'), put('k', 'abc', { validFor: ['text'] })]));
    expect(result).toEqual({ kind: 'refused', code: 'type-changed', operation: 1, type: 'number' });
    expect(h.value('a', 'other')).toBeUndefined();
    expect(h.outcome(write('a', [put('new', 'abc', { validFor: ['json'] })]))).toBe('type-changed');
  });

  test('gives back any text it was given', () => {
    const h = new Harness();
    const values = ['', '\0', 'a\0b', '𝄞 é \u{10fffd}', '\r\n\t', '"\\'];
    for (const [i, value] of values.entries()) h.run(write('a', [put(`k${i}`, value)]));
    expect(values.map((_, i) => h.value('a', `k${i}`))).toEqual(values);
  });
});

describe('preconditions', () => {
  test('hold for the very last change only, and a conflict answers with the current entry', () => {
    const h = new Harness();
    h.run(write('a', [put('k', '1')]));
    h.run(write('a', [put('k', '2')], { message: 'two' }));
    const { result, position } = h.run(write('a', [put('k', '3', { ifMatch: { term: 1, index: 1 } })]));
    expect(position).toEqual({ term: 1, index: 3 });
    expect(result).toEqual({
      kind: 'refused',
      code: 'version-conflict',
      operation: 0,
      current: {
        key: 'k',
        type: 'text',
        revision: 2,
        position: { term: 1, index: 2 },
        createdAtMs: START_MS + 1,
        updatedAtMs: START_MS + 2,
        updatedBy: 'ann',
        message: 'two',
      },
    });
    expect(h.outcome(write('a', [put('k', '3', { ifMatch: { term: 2, index: 2 } })]))).toBe('version-conflict');
    expect(h.outcome(write('a', [put('k', '3', { ifMatch: { term: 1, index: 2 } })]))).toBe('written');
    expect(h.value('a', 'k')).toBe('3');
  });

  test('on an absent or deleted entry fail with no current entry', () => {
    const h = new Harness();
    h.run(write('a', [put('k', '1')]));
    h.run(write('a', [del('k')]));
    const { result } = h.run(write('a', [put('k', '3', { ifMatch: { term: 1, index: 2 } })]));
    expect(result).toMatchObject({ code: 'version-conflict', current: null });
    expect(h.run(write('a', [del('never', { ifMatch: { term: 1, index: 1 } })])).result).toMatchObject({
      code: 'version-conflict',
      current: null,
    });
  });

  test('of absence hold for new and deleted keys only', () => {
    const h = new Harness();
    expect(h.outcome(write('a', [put('k', '1', { ifAbsent: true })]))).toBe('written');
    expect(h.outcome(write('a', [put('k', '2', { ifAbsent: true })]))).toBe('version-conflict');
    h.run(write('a', [del('k')]));
    expect(h.outcome(write('a', [put('k', '3', { ifAbsent: true })]))).toBe('written');
  });

  test('hold for deletes', () => {
    const h = new Harness();
    h.run(write('a', [put('k', '1')]));
    expect(h.outcome(write('a', [del('k', { ifMatch: { term: 1, index: 9 } })]))).toBe('version-conflict');
    expect(h.outcome(write('a', [del('k', { ifMatch: { term: 1, index: 1 } })]))).toBe('written');
    expect(h.outcome(write('a', [del('k')]))).toBe('entry-not-found');
  });
});

describe('a batch', () => {
  test('changes all of its keys at one position, with one audit event each', () => {
    const h = new Harness();
    h.run(write('a', [put('x', '1'), put('y', '1')]));
    const { result } = h.run(write('a', [put('x', '2'), del('y'), put('z', '1')], { message: 'three' }), { requestId: 'req' });
    expect(result).toMatchObject({
      namespaceCreated: false,
      changes: [
        { op: 'put', entry: { key: 'x', revision: 2, position: { index: 2 } } },
        { op: 'delete', key: 'y', revision: 2 },
        { op: 'put', created: true, entry: { key: 'z', position: { index: 2 } } },
      ],
    });
    const events = h.ask('audit', { ...ALL_AUDIT, rowsMax: 3 }).rows.toReversed();
    expect(
      events.map(({ id, action, key, oldRevision, newRevision, message, requestId, actor, version }) => ({
        id,
        action,
        key,
        oldRevision,
        newRevision,
        message,
        requestId,
        actor,
        version,
      })),
    ).toEqual([
      {
        id: 'default:2:0',
        action: 'config.updated',
        key: 'x',
        oldRevision: 1,
        newRevision: 2,
        message: 'three',
        requestId: 'req',
        actor: 'ann',
        version: '1:2',
      },
      {
        id: 'default:2:1',
        action: 'config.deleted',
        key: 'y',
        oldRevision: 1,
        newRevision: 2,
        message: 'three',
        requestId: 'req',
        actor: 'ann',
        version: '1:2',
      },
      {
        id: 'default:2:2',
        action: 'config.created',
        key: 'z',
        oldRevision: null,
        newRevision: 1,
        message: 'three',
        requestId: 'req',
        actor: 'ann',
        version: '1:2',
      },
    ]);
    expect(h.ask('namespace', { namespace: 'a' })?.entries).toBe(2);
  });

  test('changes nothing at all when one operation is refused, and says which', () => {
    const h = new Harness();
    h.run(write('a', [put('x', '1')]));
    const before = h.ask('entries', { namespace: 'a', ...ALL_ENTRIES }).rows;
    expect(h.run(write('a', [put('x', '2'), del('absent')])).result).toMatchObject({ code: 'entry-not-found', operation: 1 });
    expect(h.run(write('a', [put('n', '2'), put('x', '2', { ifAbsent: true })])).result).toMatchObject({
      code: 'version-conflict',
      operation: 1,
    });
    expect(h.run(write('new', [put('n', '2'), del('absent')])).result).toMatchObject({ code: 'entry-not-found', operation: 1 });
    expect(h.ask('entries', { namespace: 'a', ...ALL_ENTRIES }).rows).toEqual(before);
    expect(h.ask('namespace', { namespace: 'new' })).toBeNull();
    expect(h.auditActions()).toEqual(['namespace.created', 'config.created']);
  });
});
