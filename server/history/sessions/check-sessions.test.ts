import { describe, expect, test } from 'vitest';
import { checkLinearizable } from '../linearizability.ts';
import { linearizablePart } from '../linearizable-part.ts';
import { KEY_VALUE } from '../models/key-value.ts';
import type { RecordedOperation, RecordedRead } from '../record.ts';
import { checkSessions } from './check-sessions.ts';

type Mode = RecordedRead['mode'];

const put = (call: number, value: string, token: string | null, session = 'writer', node = 'n1'): RecordedOperation => ({
  op: 'put',
  session,
  node,
  key: 'k',
  value,
  call,
  answer: token === null ? null : { outcome: 'written', at: call + 1, token },
});

const remove = (call: number, token: string | null): RecordedOperation => ({
  op: 'delete',
  session: 'writer',
  node: 'n1',
  key: 'k',
  call,
  answer: token === null ? null : { outcome: 'written', at: call + 1, token },
});

interface Asked {
  readonly mode?: Mode | undefined;
  readonly session?: string | undefined;
  readonly node?: string | undefined;
  readonly minVersion?: string | undefined;
}

const request = (call: number, { mode = 'read-your-writes', session = 'reader', node = 'n2', minVersion }: Asked) =>
  ({ op: 'read', session, node, mode, key: 'k', call, ...(minVersion === undefined ? {} : { minVersion }) }) as const;

const found = (call: number, value: string, version: string, token: string, asked: Asked = {}): RecordedOperation => ({
  ...request(call, asked),
  answer: { outcome: 'found', at: call + 1, value, version, token },
});

const absent = (call: number, token: string, asked: Asked = {}): RecordedOperation => ({
  ...request(call, asked),
  answer: { outcome: 'absent', at: call + 1, token },
});

const kinds = (...history: RecordedOperation[]): readonly string[] => {
  const verdict = checkSessions(history);
  return verdict.kind === 'honoured' ? [] : [...new Set(verdict.violations.map(({ kind }) => kind))].sort();
};

const L1 = '0000000a.00000001';
const L2 = '0000000a.00000002';
const OTHER = '0000000b.00000001';

describe('what tokens promise', () => {
  test('is kept by a session that moves from node to node', () => {
    const verdict = checkSessions([
      put(1, 'a', '1:5', 'me'),
      found(3, 'a', '1:5', '1:5', { session: 'me', node: 'n2', minVersion: '1:5' }),
      put(5, 'b', '2:7', 'me', 'n3'),
      found(7, 'b', '2:7', '2:9', { session: 'me', node: 'n1', minVersion: '2:7' }),
      { ...put(9, 'c', null, 'me'), answer: { outcome: 'conflict', at: 10, token: '2:10' } } as RecordedOperation,
      found(11, 'b', '2:7', '2:10', { session: 'me', node: 'n3', minVersion: '2:10' }),
    ]);
    expect(verdict).toEqual({ kind: 'honoured', sessions: 1, operations: 6 });
  });

  test('is broken when a read answers from before the write whose token it carries', () => {
    expect(kinds(put(1, 'a', '1:5'), absent(3, '1:4', { minVersion: '1:5' }))).toEqual(['missed-demand']);
    expect(kinds(put(1, 'a', '1:5'), absent(3, '1:4', { minVersion: '1:5', mode: 'linearizable' }))).toEqual([
      'missed-demand',
      'not-recent',
    ]);
    expect(kinds(put(1, 'a', '1:5'), absent(3, '1:4', { minVersion: '1:5', mode: 'eventual' }))).toEqual([]);
  });

  test('is broken when the applied version suffices but the entry is older', () => {
    const start = [put(1, 'a', '1:5'), put(3, 'b', '1:7')];
    expect(kinds(...start, found(5, 'a', '1:5', '1:8', { minVersion: '1:7' }))).toEqual(['old-value']);
    expect(kinds(...start, found(5, 'a', '1:7', '1:8', { minVersion: '1:7' }))).toEqual(['old-value']);
    expect(kinds(...start, absent(5, '1:8', { minVersion: '1:7' }))).toEqual(['old-value']);
    expect(kinds(...start, found(5, 'a', '1:5', '1:6', { mode: 'eventual' }))).toEqual([]);
  });

  test('is broken when a session goes back on another node', () => {
    const history = [
      put(1, 'a', '1:5'),
      put(3, 'b', '1:7'),
      found(5, 'b', '1:7', '1:7', { node: 'n1' }),
      found(7, 'a', '1:5', '1:6', { node: 'n2' }),
    ] as const;
    expect(kinds(...history)).toEqual(['went-back']);
    // Another session never saw the newer state, and reads that ran at the same time promise no order.
    expect(kinds(...history.slice(0, 3), { ...history[3], session: 'other' })).toEqual([]);
    expect(kinds(...history.slice(0, 3), { ...history[3], call: 5.5 })).toEqual([]);
    expect(kinds(...history.slice(0, 3), found(7, 'a', '1:5', '1:6', { mode: 'eventual' }))).toEqual([]);
  });

  test('is broken when a read after the own write misses it, token sent or not', () => {
    expect(kinds(put(1, 'a', '1:5', 'me'), absent(3, '1:4', { session: 'me' }))).toEqual(['went-back']);
  });

  test('is broken when a linearizable read misses what anyone was told before', () => {
    const start = [put(1, 'a', '1:5'), put(3, 'b', '1:7')];
    expect(kinds(...start, found(5, 'a', '1:5', '1:6', { mode: 'linearizable' }))).toEqual(['not-recent']);
    expect(kinds(...start, found(5, 'b', '1:7', '1:7', { mode: 'linearizable' }))).toEqual([]);
  });

  test('is broken when a write is put before what was told already', () => {
    expect(kinds(put(1, 'a', '1:5'), put(3, 'b', '1:4'))).toEqual(['not-recent']);
    expect(kinds(put(1, 'a', '1:5'), put(3, 'b', '1:5'))).toEqual(['not-recent', 'version-issued-twice']);
  });

  test('is broken when an entry is newer than the state it was read from', () => {
    expect(kinds(put(1, 'a', '1:5'), found(1, 'a', '1:5', '1:4'))).toEqual(['newer-than-applied']);
  });

  test('is broken when nobody wrote what was read', () => {
    expect(kinds(put(1, 'a', '1:5'), found(3, 'z', '1:6', '1:6'))).toEqual(['value-nobody-wrote']);
    expect(kinds(put(1, 'a', '1:5'), put(2, 'z', null), found(3, 'z', '1:6', '1:6'))).toEqual([]);
    expect(kinds(put(1, 'a', '1:5'), found(3, 'z', '1:6', '1:6'), put(9, 'z', null))).toEqual(['value-nobody-wrote']);
  });

  test('is broken when one version has two values', () => {
    expect(kinds(found(1, 'x', '1:3', '1:4'), found(3, 'y', '1:3', '1:4'))).toEqual(['old-value']);
  });

  test('is broken when an entry vanishes that no deletion explains', () => {
    const start = put(1, 'a', '1:5');
    expect(kinds(start, absent(5, '1:8'))).toEqual(['old-value']);
    expect(kinds(start, remove(3, '1:7'), absent(5, '1:8'))).toEqual([]);
    expect(kinds(start, remove(3, null), absent(5, '1:8'))).toEqual([]);
    expect(kinds(start, remove(3, '1:7'), found(5, 'a', '1:5', '1:8'))).toEqual(['old-value']);
  });

  test('is broken when positions cannot be in one log', () => {
    expect(kinds(found(1, 'a', '1:3', '1:4'), found(1, 'a', '1:3', '2:4', { session: 'other' }))).toEqual(['split-log']);
    expect(kinds(found(1, 'a', '1:3', '3:4'), found(1, 'a', '1:3', '2:5', { session: 'other' }))).toEqual(['split-log']);
    expect(kinds(found(1, 'a', '1:3', '1:4'), found(1, 'a', '2:3', '2:4', { session: 'other' }))).toEqual(['split-log']);
  });

  test('is judged for each group alone', () => {
    const other = { ...put(1, 'p', 'payments=3:17'), group: 'payments', key: 'p' };
    expect(kinds(other, absent(3, '1:4', { minVersion: 'payments=3:17' }))).toEqual([]);
    expect(kinds(other, absent(3, '1:4', { minVersion: '1:5,payments=3:17' }))).toEqual(['missed-demand']);
    expect(kinds(other, absent(3, '1:5,payments=3:16', { minVersion: '1:5,payments=3:17' }))).toEqual(['missed-demand']);
    expect(kinds(other, absent(3, 'payments=3:17', { minVersion: '1:5' }))).toEqual(['missed-demand']);
  });

  test('holds across a restore for what the new lineage kept, and never across clusters', () => {
    const lost = put(1, 'a', `${L1}/1:50`);
    expect(kinds(lost, absent(3, `${L2}/9:41`))).toEqual([]);
    expect(kinds(absent(3, `${L2}/9:41`, { minVersion: `${L1}/1:40` }))).toEqual([]);
    expect(kinds(lost, absent(3, `${L2}/9:41`, { minVersion: `${L1}/1:50` }))).toEqual(['missed-demand']);
    expect(kinds(absent(3, `${OTHER}/9:41`, { minVersion: `${L1}/1:40` }))).toEqual(['missed-demand']);
  });

  test('names both sides of a contradiction', () => {
    const late = absent(3, '1:4', { session: 'me' });
    const write = put(1, 'a', '1:5', 'me');
    expect(checkSessions([write, late])).toEqual({
      kind: 'violated',
      violations: [{ kind: 'went-back', message: 'read at 1:4 after 1:5', record: late, against: write }],
    });
  });
});

describe('the linearizable part of such a history', () => {
  test('has all writes, and only the reads of that mode', () => {
    const stale = absent(5, '1:4', { mode: 'eventual' });
    const history = [put(1, 'a', '1:5'), put(3, 'b', null), stale, found(7, 'b', '1:9', '1:9', { mode: 'linearizable' })];
    expect(linearizablePart(history).map(({ input }) => input.type)).toEqual(['put', 'put', 'read']);
    expect(checkLinearizable(KEY_VALUE, linearizablePart(history)).kind).toBe('linearizable');
    const strict = [...history, absent(9, '1:10', { mode: 'linearizable' })];
    expect(checkLinearizable(KEY_VALUE, linearizablePart(strict)).kind).toBe('violation');
  });

  test('carries preconditions and every outcome', () => {
    const [first] = linearizablePart([{ ...put(1, 'a', '1:5'), ifNoneMatch: '*' } as RecordedOperation]);
    expect(first).toEqual({
      process: 'writer at n1',
      call: 1,
      return: 2,
      input: { type: 'put', key: 'k', value: 'a', precondition: { kind: 'absent' } },
      output: { kind: 'written', version: { term: 1, index: 5 } },
    });
    const [second] = linearizablePart([
      { ...put(1, 'a', null), ifMatch: 'payments=3:17', answer: { outcome: 'conflict', at: 4, token: '3:18' } } as RecordedOperation,
    ]);
    expect(second).toMatchObject({
      input: { precondition: { kind: 'version', version: { term: 3, index: 17 } } },
      output: { kind: 'conflict' },
    });
  });
});
