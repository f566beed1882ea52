import { afterEach, beforeEach, expect, test } from 'vitest';
import { TestCluster } from '../engine/testing/test-cluster.ts';
import type { TestEngine } from '../engine/testing/test-engine.ts';
import { decodeCursor, encodeCursor, isText, reachingCursor } from './cursor.ts';
import type { Call } from './context.ts';

const QUESTION = ['entries', 'a', '', true];
let cluster: TestCluster;
let engine: TestEngine;

beforeEach(() => {
  cluster = new TestCluster();
  engine = cluster.engine('n1');
});
afterEach(() => cluster.close());

const call = (mode: 'eventual' | null): Call => ({
  principal: { keyId: 'k', name: 'ann', role: 'viewer', scope: null, via: 'bearer', expiresAtMs: null },
  requestId: 'r',
  consistency: { token: [], mode, maxWaitMs: null, onTimeout: 'fail', node: null },
  gone: () => new AbortController().signal,
  relayed: false,
});

test('comes back as it was made, and makes its reader wait for its state', () => {
  const text = encodeCursor(engine, 'default', QUESTION, { term: 1, index: 7 }, 'größe/1');
  expect(text).toMatch(/^[\w-]+$/);
  const cursor = decodeCursor(engine, QUESTION, text, isText);
  expect([cursor.position, cursor.asOfIndex]).toEqual(['größe/1', 7]);
  for (const mode of ['eventual', null] as const) {
    const { consistency } = reachingCursor(call(mode), cursor);
    expect(consistency.token).toEqual([{ history: '0a0b0c0d.00000001', group: 'default', term: 1n, index: 7n }]);
    expect(consistency.mode).toBe(mode === 'eventual' ? 'read-your-writes' : null);
  }
});

test('belongs to one question', () => {
  const text = encodeCursor(engine, 'default', QUESTION, { term: 1, index: 7 }, 'k');
  for (const other of [
    ['entries', 'b', '', true],
    ['entries', 'a', 'p', true],
    ['entries', 'a', '', false],
    ['configs', 'a', '', true],
  ]) {
    expect(() => decodeCursor(engine, other, text, isText)).toThrow(/another list or other filters/);
  }
});

test('is over once the cluster was restored', () => {
  const text = encodeCursor(engine, 'default', QUESTION, { term: 1, index: 7 }, 'k');
  const restored = new TestCluster({
    lineages: [
      { id: '00000001', forkIndex: 9 },
      { id: '00000002', forkIndex: null },
    ],
  });
  expect(() => decodeCursor(restored.engine('n1'), QUESTION, text, isText)).toThrow(expect.objectContaining({ code: 'cursor-expired' }));
  restored.close();
});

test('is refused when it is none', () => {
  const forge = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const [version, hash, state] = JSON.parse(
    Buffer.from(encodeCursor(engine, 'default', QUESTION, { term: 1, index: 7 }, 'k'), 'base64url').toString(),
  ) as [number, string, string];
  for (const broken of [
    '',
    '!',
    forge(null),
    forge({}),
    forge([version, hash, state]),
    forge([2, hash, state, 'k']),
    forge([version, hash, 'x', 'k']),
    forge([version, hash, state, 7]),
    forge([version, hash, 7, 'k']),
  ]) {
    expect(() => decodeCursor(engine, QUESTION, broken, isText)).toThrow(expect.objectContaining({ code: 'invalid-cursor' }));
  }
});
