import { expect, test } from 'vitest';
import { DataDirError } from '../disk/errors.ts';
import { StateFormatError } from '../state/errors.ts';
import { describeFailure } from './describe-failure.ts';

test('says what an operator can act on in one line, and where it happened otherwise', () => {
  expect(describeFailure(new DataDirError('locked', 'the data directory is in use'))).toBe('the data directory is in use');
  expect(describeFailure(Object.assign(new Error('listen: address already in use'), { code: 'EADDRINUSE' }))).toBe(
    'listen: address already in use',
  );
  expect(describeFailure(new StateFormatError('start a newer version'))).toBe('start a newer version');
  expect(describeFailure(new TypeError('a bug'))).toMatch(/^TypeError: a bug\n\s+at /);
  expect(describeFailure('thrown text')).toBe('thrown text');
});
