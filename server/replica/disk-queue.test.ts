import { expect, test } from 'vitest';
import type { GroupWrite, LogStore } from '../log/types.ts';
import { DiskQueue } from './disk-queue.ts';

/** A log whose disk answers when the test says so. */
class SlowLog implements Pick<LogStore, 'append'> {
  readonly batches: (readonly GroupWrite[])[] = [];
  #done: (() => void) | null = null;
  #failed: ((error: Error) => void) | null = null;

  append(writes: readonly GroupWrite[], done: () => void, failed: (error: Error) => void): void {
    if (this.#done !== null) throw new Error('one append at a time');
    this.batches.push(writes);
    this.#done = done;
    this.#failed = failed;
  }

  finish(): void {
    const done = this.#done;
    this.#done = null;
    done?.();
  }

  fail(error: Error): void {
    this.#failed?.(error);
  }
}

function start(): { readonly log: SlowLog; readonly queue: DiskQueue; readonly confirmed: string[]; readonly errors: Error[] } {
  const log = new SlowLog();
  const confirmed: string[] = [];
  const errors: Error[] = [];
  const queue = new DiskQueue(
    log as unknown as LogStore,
    (group, number, count) => confirmed.push(`${group} ${number} (${count})`),
    (error) => errors.push(error),
  );
  return { log, queue, confirmed, errors };
}

const write = (group: string): GroupWrite => ({ group });

test('gives everything that arrives while the disk is busy to the next append', () => {
  const { log, queue, confirmed } = start();
  queue.push('a', 1, write('a'));
  queue.start();
  queue.push('a', 2, write('a'));
  queue.push('b', 1, write('b'));
  queue.push('a', 3, write('a'));
  queue.start();
  expect(log.batches.map((batch) => batch.length)).toEqual([1]);
  expect(confirmed).toEqual([]);
  log.finish();
  expect(confirmed).toEqual(['a 1 (1)']);
  queue.start();
  log.finish();
  expect(log.batches.map((batch) => batch.map(({ group }) => group))).toEqual([['a'], ['a', 'b', 'a']]);
  expect(confirmed).toEqual(['a 1 (1)', 'a 3 (2)', 'b 1 (1)']);
  expect(queue.idle).toBe(true);
});

test('confirms what has nothing to write only after what came before it', () => {
  const { log, queue, confirmed } = start();
  queue.push('a', 1, write('a'));
  queue.start();
  queue.push('a', 2, null);
  queue.start();
  expect(confirmed).toEqual([]);
  log.finish();
  queue.start();
  expect(confirmed).toEqual(['a 1 (1)', 'a 2 (1)']);
  expect(log.batches).toHaveLength(1);
});

test('confirms nothing when the disk fails', () => {
  const { log, queue, confirmed, errors } = start();
  queue.push('a', 1, write('a'));
  queue.start();
  log.fail(new Error('no space'));
  expect(errors.map(({ message }) => message)).toEqual(['no space']);
  expect(confirmed).toEqual([]);
});
