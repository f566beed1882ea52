import { describe, expect, test } from 'vitest';
import { ALL_CHANGES, EXPIRE_NOTHING, Harness, START_MS, del, put, write } from '../testing/harness.ts';
import type { Queries } from '../types.ts';
import type { WatchCommand } from '../watch-types.ts';
import { CHANGES_SCAN_ROWS } from './changes.ts';

function ok(h: Harness, q: Partial<Queries['changes']['q']> = {}) {
  const answer = h.ask('changes', { ...ALL_CHANGES, ...q });
  if (answer.kind !== 'ok') throw new Error(`compacted to ${answer.oldest.index}`);
  return answer;
}

function summary(commands: readonly WatchCommand[]): readonly string[] {
  return commands.map(
    (command) =>
      `${command.position.index}: ${command.changes.map((one) => `${one.op} ${one.namespace} ${one.key ?? one.count}`).join(', ')}`,
  );
}

describe('changes', () => {
  test('are whole commands in log order, with actor, message and clock', () => {
    const h = new Harness();
    h.run(write('a', [put('x', '1', { type: 'number' }), put('y', 'two')], { message: 'both' }));
    h.apply(h.log.newTerm());
    h.run(write('a', [put('x', '2'), del('y')]), { actor: { keyId: 'k2', name: 'bob' } });
    const { commands, upTo, more } = ok(h);
    expect([upTo, more]).toEqual([{ term: 2, index: 3 }, false]);
    expect(commands).toEqual([
      {
        position: { term: 1, index: 1 },
        changes: [
          { op: 'put', namespace: 'a', key: 'x', type: 'number', value: '1', revision: 1, previousRevision: null },
          { op: 'put', namespace: 'a', key: 'y', type: 'text', value: 'two', revision: 1, previousRevision: null },
        ],
        actor: 'ann',
        message: 'both',
        hlc: `${START_MS + 1}-0000-n1`,
      },
      {
        position: { term: 2, index: 3 },
        changes: [
          { op: 'put', namespace: 'a', key: 'x', type: 'number', value: '2', revision: 2, previousRevision: 1 },
          { op: 'delete', namespace: 'a', key: 'y', type: 'text', value: null, revision: 2, previousRevision: 1 },
        ],
        actor: 'bob',
        message: '',
        hlc: `${START_MS + 2}-0000-n1`,
      },
    ]);
    expect(ok(h, { values: false }).commands[0]?.changes[0]).not.toHaveProperty('value');
    expect(ok(h, { afterIndex: 1 }).commands.map((command) => command.position.index)).toEqual([3]);
    expect(ok(h, { afterIndex: 3 })).toEqual({ kind: 'ok', commands: [], upTo: { term: 2, index: 3 }, more: false });
  });

  test('tell the value that was written then, not the one of now', () => {
    const h = new Harness();
    h.run(write('a', [put('k', 'old')]));
    h.run(write('a', [put('k', 'new')]));
    expect(ok(h).commands.map((command) => command.changes[0]?.value)).toEqual(['old', 'new']);
  });

  test('of a restore are puts, of a namespace one change with a count', () => {
    const h = new Harness();
    h.run(write('a', [put('x', '1'), put('y', '1')]));
    h.run({ type: 'restore', namespace: 'a', key: 'x', revision: 1, message: '' });
    h.run({ type: 'put-namespace', namespace: 'a', description: 'quiet', owner: '' });
    h.run({ type: 'delete-namespace', namespace: 'a' });
    expect(summary(ok(h).commands)).toEqual(['1: put a x, put a y', '2: put a x', '4: delete-namespace a 2']);
  });

  test('keep to scope and prefixes, namespaces by whole segments', () => {
    const h = new Harness();
    h.run(write('teams/a', [put('db/x', '1'), put('other', '1')]));
    h.run(write('teams/ab', [put('db/x', '1')]));
    h.run(write('teams/a/b', [put('db/x', '1')]));
    h.run({ type: 'delete-namespace', namespace: 'teams/a' });
    expect(summary(ok(h, { namespacePrefix: 'teams/a' }).commands)).toEqual([
      '1: put teams/a db/x, put teams/a other',
      '3: put teams/a/b db/x',
      '4: delete-namespace teams/a 2',
    ]);
    expect(summary(ok(h, { scope: ['teams/ab'] }).commands)).toEqual(['2: put teams/ab db/x']);
    expect(summary(ok(h, { keyPrefix: 'db/', namespacePrefix: 'teams/a' }).commands)).toEqual([
      '1: put teams/a db/x',
      '3: put teams/a/b db/x',
      '4: delete-namespace teams/a 2',
    ]);
  });

  test('are cut between commands, never inside one, and never to nothing', () => {
    const h = new Harness();
    for (let i = 0; i < 4; i++) h.run(write('a', [put('x', 'v'.repeat(1000)), put('y', 'v')]));
    expect(ok(h, { rowsMax: 1 })).toMatchObject({ more: true, upTo: { index: 1 }, commands: [{ changes: [{}, {}] }] });
    expect(summary(ok(h, { rowsMax: 5 }).commands)).toHaveLength(2);
    expect(summary(ok(h, { bytesMax: 1 }).commands)).toHaveLength(1);
    expect(summary(ok(h, { bytesMax: 4000 }).commands)).toHaveLength(2);
  });

  test('look at a bounded number of events and say up to where', () => {
    const h = new Harness();
    const commands = Math.ceil((CHANGES_SCAN_ROWS * 1.5) / 100);
    h.machine.apply(
      Array.from({ length: commands }, () =>
        h.log.command(
          write(
            'a',
            Array.from({ length: 100 }, (_, i) => put(`k${i}`, 'v')),
          ),
        ),
      ),
    );
    h.run(write('b', [put('k', 'v')]));
    const first = ok(h, { namespacePrefix: 'b' });
    expect(first).toMatchObject({ commands: [], more: true });
    expect(first.upTo.index).toBeGreaterThan(0);
    expect(summary(ok(h, { namespacePrefix: 'b', afterIndex: first.upTo.index }).commands)).toEqual([`${commands + 1}: put b k`]);
  });

  test('of an entry that a full look cuts through are told whole by the next page', () => {
    const h = new Harness();
    const commands = Math.ceil((CHANGES_SCAN_ROWS * 2.5) / 100);
    h.machine.apply(
      Array.from({ length: commands }, () =>
        h.log.command(
          write(
            'a',
            Array.from({ length: 100 }, (_, i) => put(`k${i}`, 'v')),
          ),
        ),
      ),
    );
    const counts: number[] = [];
    let afterIndex = 0;
    for (let more = true; more;) {
      const page = ok(h, { afterIndex });
      counts.push(...page.commands.map((command) => command.changes.length));
      afterIndex = page.upTo.index;
      ({ more } = page);
    }
    expect(counts).toEqual(Array.from({ length: commands }, () => 100));
  });

  test('are refused as compacted where history is gone, and complete from the place that the answer names', () => {
    const h = new Harness();
    for (let i = 0; i < 6; i++) h.run(write('a', [put('hot', `${i}`), put(`k${i}`, 'v')]));
    h.run({ ...EXPIRE_NOTHING, revisionsPerKey: 2 });
    const answer = h.ask('changes', ALL_CHANGES);
    expect(answer).toEqual({ kind: 'compacted', oldest: { term: 1, index: 5 } });
    expect(summary(ok(h, { afterIndex: 5 }).commands)).toEqual(['6: put a hot, put a k5']);
    expect(summary(ok(h, { keyPrefix: 'k' }).commands)).toHaveLength(6);
  });
});
