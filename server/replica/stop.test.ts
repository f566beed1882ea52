import { describe, expect, test } from 'vitest';
import { StateCorruptionError } from '../state/errors.ts';
import { GROUP_DEFAULT } from './identity.ts';
import { empty, formed, world } from './testing/one-node.ts';

describe('a node that is stopped while it starts', () => {
  const moments = Array.from({ length: 8 }, (_, turns) => turns);

  test.each(moments.flatMap((turns) => [['a new one', empty, turns] as const, ['a formed one', formed, turns] as const]))(
    'goes no further and leaves nothing open: %s %#',
    async (_name, identity, turns) => {
      const { node, log, told, open, failures } = world(identity);
      const started = node.start();
      for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      await node.stop(0);
      // As the composition root does next.
      log.close();
      await started;
      await new Promise((resolve) => setImmediate(resolve));
      expect(told.at(-1)).toBe('stop');
      expect(open.size).toBe(0);
      expect(failures).toEqual([]);
      expect(node.phase).toBe('stopped');
    },
  );
});

test('a quarantined node stops though its state refuses a checkpoint', async () => {
  const { node, open } = world(formed, {
    dress: (machine) => {
      machine.checkpoint = () => {
        throw new StateCorruptionError('the state database is damaged');
      };
    },
  });
  await node.start();
  expect(node.view(GROUP_DEFAULT).condition).toBe('ok');
  node.damaged(GROUP_DEFAULT, 'the state database is damaged');
  await node.stop(0);
  expect(open.size).toBe(0);
});
