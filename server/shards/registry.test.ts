import { describe, expect, test } from 'vitest';
import { FIRST_REGISTRY, type Registry, RegistryRouter } from './registry.ts';
import type { PrefixRoute } from './types.ts';

const route = (prefix: string, group: string): PrefixRoute => ({ prefix, group });

describe('the registry', () => {
  test('starts with one group that has everything', () => {
    expect(new RegistryRouter(FIRST_REGISTRY).place('a/b', () => 200)).toEqual({ group: 'default', by: 'partition', partition: 200 });
  });

  test('says that a namespace stays where it is until its move is done, also when the move has failed', () => {
    for (const phase of ['announced', 'voided'] as const) {
      const registry: Registry = {
        ...FIRST_REGISTRY,
        epoch: 2,
        routes: [route('a', 'g1')],
        moves: [
          { id: 'm2-1', from: 'default', to: 'g1', range: [{ prefix: 'a', except: [], partitions: null }], epoch: 2, phase, abort: false },
        ],
      };
      const router = new RegistryRouter(registry);
      expect(router.place('a/b', () => 0)).toEqual({ group: 'default', by: 'move', move: 'm2-1' });
      expect(new RegistryRouter({ ...registry, moves: [] }).place('a/b', () => 0)).toEqual({ group: 'g1', by: 'prefix', prefix: 'a' });
    }
  });
});
