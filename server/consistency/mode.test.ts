import { expect, test } from 'vitest';
import type { ConsistencyMode } from '../../lib/contract/model.ts';
import { selectMode } from './mode.ts';

const E = 'eventual';
const R = 'read-your-writes';
const L = 'linearizable';

/** asked, constrained, default → given (spec 1, section 3). */
const TABLE: readonly (readonly [ConsistencyMode | null, boolean, ConsistencyMode, ConsistencyMode])[] = [
  [null, false, E, E],
  [null, false, R, E],
  [null, false, L, L],
  [null, true, E, R],
  [null, true, R, R],
  [null, true, L, L],
  [E, false, E, E],
  [E, false, L, E],
  [E, true, E, E],
  [E, true, R, E],
  [E, true, L, E],
  [E, false, R, E],
  [R, false, E, E],
  [R, false, R, E],
  [R, false, L, E],
  [R, true, E, R],
  [R, true, R, R],
  [R, true, L, R],
  [L, false, E, L],
  [L, false, R, L],
  [L, false, L, L],
  [L, true, E, L],
  [L, true, R, L],
  [L, true, L, L],
];

test.each(TABLE)('gives the mode when %s is asked, constrained %s, default %s: %s', (asked, constrained, defaultMode, given) => {
  expect(selectMode({ asked, constrained, defaultMode })).toBe(given);
});

test('covers every combination once', () => {
  expect(new Set(TABLE.map(([asked, constrained, byDefault]) => `${asked} ${constrained} ${byDefault}`)).size).toBe(4 * 2 * 3);
});
