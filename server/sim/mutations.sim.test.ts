import { describe, expect, test } from 'vitest';
import { loadMutant, mutate } from './mutant-simulation.ts';
import { MUTANTS } from './mutants.ts';

describe('the checkers cry alarm at', () => {
  for (const [place, mutant] of MUTANTS.entries()) {
    test(`${mutant.name} (${mutant.rule})`, async ({ annotate }) => {
      const { simulate } = await loadMutant(mutant, place);
      const others: string[] = [];
      for (let seed = 1; seed <= mutant.seedsMax; seed += 1) {
        const { alarm } = await simulate({ seed, kind: mutant.state ?? 'reference' });
        if (alarm === null) continue;
        if (!mutant.alarm.test(alarm.message)) {
          // A mistake may show first in what it leads to; the promise that it breaks has to be named all the same.
          others.push(alarm.message);
          continue;
        }
        await annotate(`seed ${seed}: ${alarm.message}`);
        expect(seed).toBeLessThanOrEqual(mutant.seedsMax);
        return;
      }
      expect.unreachable(`${mutant.name} went unnoticed for ${mutant.seedsMax} seeds; other alarms: ${others.join('; ')}`);
    });
  }
});

describe('a mutant', () => {
  const mutant = { name: 'x', file: 'y.ts', find: 'a = 1', put: 'a = 2' };

  test('changes its place', () => expect(mutate(mutant, 'let a = 1;')).toBe('let a = 2;'));

  test('does not count when its place is gone or there twice', () => {
    expect(() => mutate(mutant, 'let a = 3;')).toThrow('found 0 times');
    expect(() => mutate(mutant, 'a = 1; a = 1;')).toThrow('found 2 times');
  });
});
