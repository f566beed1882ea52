import { describe, expect, test } from 'vitest';
import { Harness, del, put, write } from '../testing/harness.ts';

const KEYED = { idempotency: { scope: 'scope-1', request: 'request-1' } };

describe('an idempotent request', () => {
  test('gets its first answer and position again, through any node, and changes nothing', () => {
    const h = new Harness();
    const first = h.run(write('a', [put('k', '1')]), KEYED);
    h.run(write('a', [put('k', '2')]));
    const again = h.run(write('a', [put('k', '1')]), KEYED);
    expect(again).toMatchObject({ position: { index: 3 }, replayed: true, resultPosition: { term: 1, index: 1 } });
    expect(again.result).toEqual(first.result);
    expect(h.value('a', 'k')).toBe('2');
    expect(h.ask('idempotency', { scope: 'scope-1' })).toEqual({
      request: 'request-1',
      position: { term: 1, index: 1 },
      result: first.result,
    });
  });

  test('is refused with another body under the same key, and the record stays', () => {
    const h = new Harness();
    h.run(write('a', [put('k', '1')]), KEYED);
    const other = { idempotency: { scope: 'scope-1', request: 'request-2' } };
    expect(h.outcome(write('a', [put('k', '2')]), other)).toBe('idempotency-key-reused');
    expect(h.value('a', 'k')).toBe('1');
    expect(h.run(write('a', [put('k', '1')]), KEYED).replayed).toBe(true);
  });

  test('gets a refusal again too, though it would succeed now', () => {
    const h = new Harness();
    h.run(write('a', [put('other', '1')]));
    const first = h.run(write('a', [del('k')]), KEYED);
    expect(first.result).toMatchObject({ code: 'entry-not-found' });
    h.run(write('a', [put('k', '1')]));
    const again = h.run(write('a', [del('k')]), KEYED);
    expect(again).toMatchObject({ replayed: true, result: first.result, resultPosition: { index: 2 } });
    expect(h.value('a', 'k')).toBe('1');
  });

  test('is not settled by type-changed, which only asks the proposer to judge again', () => {
    const h = new Harness();
    h.run(write('a', [put('k', '1', { type: 'number' })]));
    expect(h.outcome(write('a', [put('k', '2', { validFor: ['text'] })]), KEYED)).toBe('type-changed');
    expect(h.ask('idempotency', { scope: 'scope-1' })).toBeNull();
    expect(h.outcome(write('a', [put('k', '2', { validFor: ['text', 'number'] })]), KEYED)).toBe('written');
  });

  test('leaves neither a secret nor a value in its record', () => {
    const h = new Harness();
    h.run(write('a', [put('k', 'VALUE-SECRET')], { message: 'm' }), KEYED);
    h.run(
      { type: 'create-key', id: 'k2', name: 'ci', role: 'viewer', scope: null, expiresAtMs: null, secretHash: 'HASH-SECRET' },
      { idempotency: { scope: 'scope-2', request: 'r' } },
    );
    h.run(write('a', [put('k', 'VALUE-SECRET', { ifAbsent: true })]), { idempotency: { scope: 'scope-3', request: 'r' } });
    const records = ['scope-1', 'scope-2', 'scope-3'].map((scope) => h.ask('idempotency', { scope }));
    expect(records.every((record) => record !== null)).toBe(true);
    expect(JSON.stringify(records)).not.toMatch(/SECRET/);
  });
});
