import { describe, expect, test } from 'vitest';
import { ConfmanError } from '../../lib/client/errors.ts';
import type { Problem } from '../../lib/contract/schemas/problem.ts';
import type { FirstFailure, QueryView } from './read-state.ts';
import { readState } from './read-state.ts';

function problem(code: Problem['code'], retryable: boolean, applied = '5:41'): Problem {
  return {
    type: '',
    title: code,
    status: 503,
    detail: '',
    instance: 'r1',
    code,
    retryable,
    groups: [{ group: 'default', required: '5:42', applied, commit: 42, leader: 'n1', node: 'n3' }],
  };
}

const behind = (applied: string): ConfmanError =>
  new ConfmanError('version-not-reached', 'behind', { status: 503, problem: problem('version-not-reached', true, applied) });
const idle: QueryView = { data: undefined, error: null, failureReason: null, fetchStatus: 'idle' };
const firstBehind: FirstFailure = { code: 'version-not-reached', message: '', problem: problem('version-not-reached', true) };

describe('what a page says about a read', () => {
  test('waits from the first paint on, with what the server was told', () => {
    expect(readState({ ...idle, fetchStatus: 'fetching' }, firstBehind).waiting?.groups?.[0]?.applied).toBe('5:41');
  });

  test('then says what the browser was told last', () => {
    expect(readState({ ...idle, fetchStatus: 'fetching', failureReason: behind('5:40') }, firstBehind).waiting?.groups?.[0]?.applied).toBe(
      '5:40',
    );
  });

  test('waits no longer once the value is there', () => {
    expect(readState({ ...idle, data: { value: 'new' } }, firstBehind)).toEqual({ waiting: null, failure: null });
  });

  test('says that an older value on the screen is being waited over', () => {
    expect(
      readState({ ...idle, data: { value: 'old' }, fetchStatus: 'fetching', failureReason: behind('5:41') }, null).waiting,
    ).not.toBeNull();
  });

  test('says settled failures of the first paint at once, and leaves passing ones to the browser', () => {
    const settled: FirstFailure = { code: 'entry-not-found', message: '', problem: problem('entry-not-found', false) };
    const passing: FirstFailure = { code: 'node-not-ready', message: '', problem: problem('node-not-ready', true) };
    expect(readState({ ...idle, fetchStatus: 'fetching' }, settled).failure?.code).toBe('entry-not-found');
    expect(readState({ ...idle, fetchStatus: 'fetching' }, passing).failure).toBeNull();
  });

  test('says a failure of the browser', () => {
    expect(readState({ ...idle, error: new ConfmanError('forbidden', 'no') }, null).failure?.code).toBe('forbidden');
  });
});
