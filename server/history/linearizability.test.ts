import { describe, expect, test } from 'vitest';
import { InvariantError } from '../../lib/kernel/assert.ts';
import { checkLinearizable } from './linearizability.ts';
import { KEY_VALUE, type KeyValueInput, type KeyValueOutput } from './models/key-value.ts';
import { KV_APPEND, type AppendInput, type AppendOutput } from './models/kv-append.ts';
import { REGISTER_CAS, type RegisterInput, type RegisterOutput } from './models/register-cas.ts';
import type { Operation } from './operation.ts';

/** `[call, return]` and what happened; return null leaves it open. */
type Row<Input, Output> = readonly [call: number, returned: number | null, input: Input, output: Output | null];

function history<Input, Output>(...rows: readonly Row<Input, Output>[]): readonly Operation<Input, Output>[] {
  return rows.map(([call, returned, input, output], at) => ({ process: `p${at}`, call, return: returned, input, output }));
}

const done = { kind: 'done' } as const;
const value = (held: number | null) => ({ kind: 'value', value: held }) as const;
const write = (held: number) => ({ type: 'write', value: held }) as const;
const cas = (old: number, held: number) => ({ type: 'cas', old, value: held }) as const;
const read = { type: 'read' } as const;

const register = (...rows: readonly Row<RegisterInput, RegisterOutput>[]) => checkLinearizable(REGISTER_CAS, history(...rows));

describe('a register', () => {
  test('is linearizable when reads agree with some order of concurrent writes', () => {
    const verdict = register([1, 6, write(1), done], [2, 5, write(2), done], [7, 8, read, value(1)], [9, 10, cas(1, 3), done]);
    expect(verdict).toEqual({ kind: 'linearizable', keys: 1, operations: 4 });
  });

  test('is not when a read misses a write that was acknowledged before it', () => {
    const verdict = register([1, 2, write(1), done], [3, 4, write(2), done], [5, 6, read, value(1)], [7, 8, read, value(2)]);
    expect(verdict).toMatchObject({
      kind: 'violation',
      key: 'register',
      culprit: { call: 5 },
      order: [{ call: 1 }, { call: 3 }],
      state: '2',
      concurrent: [],
    });
  });

  test('is not when two reads see concurrent writes in opposite orders', () => {
    const writes = [
      [1, 10, write(1), done],
      [1, 10, write(2), done],
    ] as const;
    expect(register(...writes, [2, 3, read, value(1)], [4, 5, read, value(2)]).kind).toBe('linearizable');
    expect(register(...writes, [2, 3, read, value(1)], [4, 5, read, value(2)], [6, 7, read, value(1)]).kind).toBe('violation');
  });

  test('is not when a write is lost: two swaps of one old value both succeed', () => {
    const verdict = register([1, 2, write(0), done], [3, 6, cas(0, 1), done], [4, 5, cas(0, 2), done]);
    expect(verdict).toMatchObject({ kind: 'violation', culprit: { call: 3 }, concurrent: [{ call: 4 }] });
  });

  test('is not when a read returns what nobody wrote', () => {
    expect(register([1, 2, write(1), done], [3, 4, read, value(7)]).kind).toBe('violation');
    expect(register([1, 2, read, value(0)]).kind).toBe('violation');
    expect(register([1, 2, read, value(null)]).kind).toBe('linearizable');
  });

  test('takes a failed swap as an observation', () => {
    expect(register([1, 2, write(1), done], [3, 4, cas(2, 3), { kind: 'failed' }]).kind).toBe('linearizable');
    expect(register([1, 2, write(1), done], [3, 4, cas(1, 3), { kind: 'failed' }]).kind).toBe('violation');
  });

  test('lets a write without answer happen late or never, but not early and not twice', () => {
    const open = [3, null, write(2), null] as const;
    const first = [1, 2, write(1), done] as const;
    expect(register(first, open, [50, 51, read, value(1)], [60, 61, read, value(2)]).kind).toBe('linearizable');
    expect(register(first, open, [50, 51, read, value(1)]).kind).toBe('linearizable');
    expect(register([2, 3, read, value(2)], [4, null, write(2), null]).kind).toBe('violation');
    expect(register(open, [4, 5, read, value(2)], [6, 7, write(1), done], [8, 9, read, value(2)]).kind).toBe('violation');
  });

  test('learns nothing from a read without answer', () => {
    expect(register([1, 2, write(1), done], [3, null, read, null], [4, 5, read, value(1)]).kind).toBe('linearizable');
  });

  test('keeps writes of the same value apart', () => {
    expect(register([0, 0, write(1), done], [0, 0, cas(1, 0), done], [0, 0, write(1), done], [1, 1, read, value(1)]).kind).toBe(
      'linearizable',
    );
  });

  test('finds the one of two writes without answer that may be spent early', () => {
    const rows = [
      [1, 2, write(0), done],
      [3, null, write(1), null],
      [3, null, write(2), null],
      [4, 5, cas(0, 9), { kind: 'failed' }],
      [6, 7, write(5), done],
    ] as const;
    expect(register(...rows, [8, 9, read, value(1)]).kind).toBe('linearizable');
    expect(register(...rows, [8, 9, read, value(2)]).kind).toBe('linearizable');
    expect(register(...rows, [8, 9, read, value(2)], [10, 11, read, value(1)]).kind).toBe('violation');
  });

  test('counts an answer at the moment of a call as concurrent', () => {
    expect(register([1, 2, write(1), done], [2, 3, read, value(null)]).kind).toBe('linearizable');
    expect(register([1, 2, write(1), done], [2.5, 3, read, value(null)]).kind).toBe('violation');
  });

  test('refuses times that cannot be', () => {
    expect(() => register([3, 2, write(1), done])).toThrow(InvariantError);
    expect(() => register([3, null, write(1), done])).toThrow(InvariantError);
  });
});

describe('keys with append', () => {
  const judge = (...rows: readonly Row<AppendInput, AppendOutput>[]) => checkLinearizable(KV_APPEND, history(...rows));
  const append = (key: string, text: string) => ({ type: 'append', key, value: text }) as const;
  const get = (key: string) => ({ type: 'get', key }) as const;
  const text = (held: string) => ({ kind: 'value', value: held }) as const;

  test('are not linearizable when a retried append took effect twice', () => {
    expect(judge([1, 4, append('a', 'x'), done], [5, 6, get('a'), text('x')]).kind).toBe('linearizable');
    expect(judge([1, 4, append('a', 'x'), done], [5, 6, get('a'), text('xx')])).toMatchObject({ kind: 'violation', key: 'a' });
    expect(judge([1, null, append('a', 'x'), null], [5, 6, get('a'), text('xx')]).kind).toBe('violation');
  });

  test('keep puts of the same value apart', () => {
    const puts = [
      [0, 0, { type: 'put', key: 'a', value: 'a' }, done],
      [0, 0, append('a', 'b'), done],
      [0, 0, get('a'), text('ab')],
      [0, 0, { type: 'put', key: 'a', value: 'a' }, done],
    ] as const;
    expect(judge(...puts, [1, 1, get('a'), text('a')]).kind).toBe('linearizable');
    expect(judge(...puts, [1, 1, get('a'), text('b')]).kind).toBe('violation');
  });

  test('are judged each alone', () => {
    const verdict = judge(
      [1, 2, append('a', 'x'), done],
      [3, 4, append('b', 'y'), done],
      [5, 6, get('b'), text('')],
      [7, 8, get('a'), text('x')],
    );
    expect(verdict).toMatchObject({ kind: 'violation', key: 'b', culprit: { call: 5 } });
    expect(judge([1, 2, append('a', 'x'), done], [3, 4, get('b'), text('')])).toEqual({ kind: 'linearizable', keys: 2, operations: 2 });
  });
});

describe('keys with versions', () => {
  const judge = (...rows: readonly Row<KeyValueInput, KeyValueOutput>[]) => checkLinearizable(KEY_VALUE, history(...rows));
  const none = { kind: 'none' } as const;
  const at = (index: number, term = 1) => ({ term, index });
  const ifAt = (index: number) => ({ kind: 'version', version: at(index) }) as const;
  const put = (held: string, precondition: ReturnType<typeof ifAt> | typeof none | { readonly kind: 'absent' } = none) =>
    ({ type: 'put', key: 'k', value: held, precondition }) as const;
  const remove = { type: 'delete', key: 'k', precondition: none } as const;
  const get = { type: 'read', key: 'k' } as const;
  const written = (index: number, term = 1) => ({ kind: 'written', version: at(index, term) }) as const;
  const found = (held: string, index: number) => ({ kind: 'found', value: held, version: at(index) }) as const;
  const conflict = { kind: 'conflict' } as const;
  const absent = { kind: 'absent' } as const;

  test('are linearizable through a life of an entry', () => {
    const verdict = judge(
      [1, 2, get, absent],
      [3, 4, put('a', { kind: 'absent' }), written(5)],
      [5, 6, put('b', { kind: 'absent' }), conflict],
      [7, 8, put('b', ifAt(5)), written(7)],
      [9, 10, put('c', ifAt(5)), conflict],
      [11, 12, get, found('b', 7)],
      [13, 14, remove, written(9)],
      [15, 16, remove, absent],
      [17, 18, get, absent],
    );
    expect(verdict.kind).toBe('linearizable');
  });

  test.each([
    ['a stale read', [3, 4, put('b'), written(6)], [5, 6, get, found('a', 5)]],
    ['a read of a value under the wrong version', [3, 4, put('b'), written(6)], [5, 6, get, found('b', 5)]],
    ['a read of what nobody wrote', [3, 4, get, found('z', 5)], [5, 6, get, found('z', 5)]],
    ['an update that was lost: two writes on one version', [3, 4, put('b', ifAt(5)), written(6)], [5, 6, put('c', ifAt(5)), written(7)]],
    ['a creation over an entry', [3, 4, put('b', { kind: 'absent' }), written(6)], [5, 6, get, found('b', 6)]],
    ['a refusal without a reason', [3, 4, put('b', ifAt(5)), conflict], [5, 6, get, found('a', 5)]],
    ['a creation refused where nothing stood', [3, 4, remove, written(6)], [5, 6, put('b', { kind: 'absent' }), conflict]],
    ['an entry that vanished', [3, 4, get, absent], [5, 6, get, absent]],
    ['a deleted entry that came back', [3, 4, remove, written(6)], [5, 6, get, found('a', 5)]],
    ['versions that fall', [3, 4, put('b'), written(4)], [5, 6, get, found('b', 4)]],
    ['terms that fall', [1.5, 1.6, put('b'), written(6, 3)], [3, 4, put('c'), written(7, 2)]],
    ['one write that took effect twice', [3, 4, put('b'), written(6)], [5, 6, get, found('a', 7)]],
  ] as const)('are not with %s', (_what, second, third) => {
    expect(judge([1, 2, put('a'), written(5)], second, third).kind).toBe('violation');
  });

  test('settle the version of a write without answer by the first read of it', () => {
    const start = [
      [1, 2, put('a'), written(5)],
      [3, null, put('b'), null],
    ] as const;
    expect(judge(...start, [5, 6, get, found('b', 8)], [7, 8, put('c', ifAt(8)), written(9)]).kind).toBe('linearizable');
    expect(judge(...start, [5, 6, get, found('b', 8)], [7, 8, get, found('b', 9)]).kind).toBe('violation');
    expect(judge(...start, [5, 6, get, found('b', 4)]).kind).toBe('violation');
    expect(judge(...start, [5, 6, get, found('b', 8)], [7, 8, put('c'), written(9)], [9, 10, get, found('b', 10)]).kind).toBe('violation');
  });

  test('remember of an unknown version what a refusal told about it', () => {
    const start = [
      [1, 2, put('a'), written(5)],
      [3, null, put('b'), null],
      [4, 5, put('c', ifAt(5)), conflict],
    ] as const;
    expect(judge(...start, [6, 7, put('c', ifAt(8)), conflict], [8, 9, get, found('b', 9)]).kind).toBe('linearizable');
    expect(judge(...start, [6, 7, put('c', ifAt(8)), conflict], [8, 9, get, found('b', 8)]).kind).toBe('violation');
  });
});

describe('the bounds', () => {
  /** Appends that all run at once, and a read that contradicts them: every order of them must be tried. */
  const hard = history<AppendInput, AppendOutput>(
    ...Array.from(
      { length: 14 },
      (_, at) => [at, 100, { type: 'append', key: 'hard', value: String.fromCodePoint(97 + at) }, done] as const,
    ),
    [101, 102, { type: 'get', key: 'hard' }, { kind: 'value', value: 'none of these' }],
  );

  test('end a search that takes too many steps', () => {
    const verdict = checkLinearizable(KV_APPEND, hard, { stepsMax: 10_000, memoryBytesMax: 1e9 });
    expect(verdict).toEqual({ kind: 'undecided', key: 'hard', bound: 'stepsMax', limit: 10_000 });
  });

  test('end a search that takes too much memory', () => {
    const verdict = checkLinearizable(KV_APPEND, hard, { stepsMax: 1e9, memoryBytesMax: 100_000 });
    expect(verdict).toEqual({ kind: 'undecided', key: 'hard', bound: 'memoryBytesMax', limit: 100_000 });
  });

  test('do not hide a violation on another key', () => {
    const easy = history<AppendInput, AppendOutput>([1, 2, { type: 'get', key: 'easy' }, { kind: 'value', value: 'x' }]);
    const verdict = checkLinearizable(KV_APPEND, [...hard, ...easy], { stepsMax: 10_000, memoryBytesMax: 1e9 });
    expect(verdict).toMatchObject({ kind: 'violation', key: 'easy' });
  });

  test('are not met by long histories with many writes without answer', () => {
    const rows: [number, number | null, RegisterInput, RegisterOutput | null][] = [];
    for (let at = 0; at < 2000; at++) {
      rows.push([at * 10, at % 5 === 0 ? null : at * 10 + 5, write(at), at % 5 === 0 ? null : done]);
      if (at % 5 !== 0) rows.push([at * 10 + 6, at * 10 + 7, read, value(at)]);
    }
    expect(register(...rows).kind).toBe('linearizable');
    expect(register(...rows, [30_000, 30_001, read, value(5000)])).toMatchObject({ kind: 'violation', culprit: { call: 30_000 } });
  });
});
