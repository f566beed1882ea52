import { describe, expect, test } from 'vitest';
import { formatToken } from '../../lib/contract/token.ts';
import { ParameterFault, checkWait, parseConsistency } from './request.ts';
import type { RawConsistency } from './request.ts';

const NONE: RawConsistency = { minVersion: undefined, mode: undefined, maxWait: undefined, onTimeout: undefined, node: undefined };

function fault(headers: Partial<RawConsistency>, query: Partial<RawConsistency> = {}): ParameterFault {
  try {
    parseConsistency({ ...NONE, ...headers }, { ...NONE, ...query });
  } catch (error) {
    if (error instanceof ParameterFault) return error;
    throw error;
  }
  throw new Error('it was taken');
}

describe('parseConsistency', () => {
  test('has defaults when nothing is said', () => {
    expect(parseConsistency(NONE, NONE)).toEqual({ token: [], mode: null, maxWaitMs: null, onTimeout: 'fail', node: null });
  });

  test.each([
    ['5s', 5000],
    ['750ms', 750],
    ['0s', 0],
    ['0ms', 0],
    ['30s', 30_000],
    ['30000ms', 30_000],
  ])('takes the wait %s', (text, ms) => {
    expect(parseConsistency({ ...NONE, maxWait: text }, NONE).maxWaitMs).toBe(ms);
    expect(parseConsistency(NONE, { ...NONE, maxWait: text }).maxWaitMs).toBe(ms);
  });

  test.each(['5', 's', '5m', '5 s', '-1s', '+1s', '1.5s', '05s', '31s', '30001ms', '5S', '1e3ms', '999999999999s', 'Infinity'])(
    'refuses the wait %j',
    (text) => {
      expect(fault({ maxWait: text })).toMatchObject({ code: 'invalid-parameter', parameter: 'X-Confman-Max-Wait' });
      expect(fault({}, { maxWait: text })).toMatchObject({ parameter: 'maxWait' });
    },
  );

  test.each(['Eventual', 'strong', 'eventual, eventual', 'linearizable '])('refuses the mode %j and says what would be right', (text) => {
    expect(fault({ mode: text }).message).toMatch(/eventual, read-your-writes or linearizable/);
  });

  test('refuses other words for the end of the wait and for a node', () => {
    expect(fault({ onTimeout: 'retry' }).message).toMatch(/fail, redirect or forward/);
    expect(fault({ node: 'n1 ' }).message).toMatch(/node name/);
  });

  test.each(['minVersion', 'mode', 'maxWait', 'onTimeout', 'node'] as const)('refuses an empty %s', (name) => {
    expect(fault({ [name]: '' }).message).toMatch(/is empty/);
    expect(fault({}, { [name]: '' }).message).toMatch(/is empty/);
  });

  test('folds repeated headers into one list', () => {
    expect(formatToken(parseConsistency({ ...NONE, minVersion: '5:42, 5:43, payments=3:17' }, NONE).token)).toBe('5:43,payments=3:17');
  });

  test('drops elements that ask for nothing', () => {
    expect(parseConsistency({ ...NONE, minVersion: '0:0' }, NONE).token).toEqual([]);
    expect(formatToken(parseConsistency({ ...NONE, minVersion: '0:0,5:42' }, NONE).token)).toBe('5:42');
  });

  test('names element and offset of a token that cannot be read', () => {
    const refused = fault({ minVersion: '5:42,007:1' });
    expect(refused).toMatchObject({
      code: 'invalid-version-token',
      parameter: 'X-Confman-Min-Version',
      tokenFault: { element: 1, offset: 5 },
    });
  });

  test('refuses a token that contradicts itself', () => {
    expect(fault({ minVersion: '5:42,6:42' })).toMatchObject({ code: 'invalid-version-token', tokenFault: { kind: 'conflict' } });
  });

  test.each([
    [{ minVersion: '5:42' }, { minVersion: '5:43' }],
    [{ mode: 'eventual' }, { mode: 'linearizable' }],
    [{ maxWait: '5s' }, { maxWait: '4s' }],
    [{ onTimeout: 'fail' }, { onTimeout: 'forward' }],
    [{ node: 'n1' }, { node: 'n2' }],
  ])('refuses a header and a query parameter that disagree: %o %o', (headers, query) => {
    expect(fault(headers, query).message).toMatch(/send one of them/);
  });

  test('takes a header and a query parameter that mean the same', () => {
    const both = parseConsistency(
      { ...NONE, minVersion: '5:42, b=1:1', maxWait: '5s' },
      { ...NONE, minVersion: 'b=1:1,default=5:42', maxWait: '5000ms' },
    );
    expect(both.maxWaitMs).toBe(5000);
  });
});

test('does not let a linearizable read wait for nothing', () => {
  expect(() => checkWait('linearizable', 0)).toThrow(ParameterFault);
  expect(() => checkWait('linearizable', 1)).not.toThrow();
  expect(() => checkWait('read-your-writes', 0)).not.toThrow();
});
