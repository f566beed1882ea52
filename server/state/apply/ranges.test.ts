/** Steps of a move, as the log of one group decides them (spec 4, section 3). */
import { describe, expect, test } from 'vitest';
import type { ImportRow, MoveCursor, MoveRecord } from '../../shards/import.ts';
import type { ShardRange } from '../../shards/types.ts';
import { encodeCommand } from '../codec.ts';
import { SqliteStateMachine } from '../sqlite-state-machine.ts';
import { ALL_AUDIT, ALL_CHANGES, ALL_ENTRIES, ANN, GENESIS, Harness, put, write } from '../testing/harness.ts';
import type { Command, CommandBody, CommandResult } from '../types.ts';

const RANGE: ShardRange = [{ prefix: 'team', except: [], partitions: null }];
const MOVE = 'm2-1';
const HALF: MoveCursor = { names: null, events: 5, revisions: 1, records: 0 };
const WHOLE: MoveCursor = { ...HALF, revisions: 2 };

/** A command of the level that moves need. */
function run(h: Harness, body: CommandBody, idempotency: Command['idempotency'] = null): CommandResult | null {
  h.log.ms += 1;
  const command = { level: 2, actor: ANN, requestId: '', idempotency, body };
  return h.apply(h.log.raw(encodeCommand(command, { ms: h.log.ms, counter: 0, node: 'n1' }))).result;
}

function step(h: Harness, body: CommandBody): MoveRecord | null {
  const result = run(h, body);
  if (result?.kind !== 'range') throw new Error(`not a step of a move: ${JSON.stringify(result)}`);
  return result.record;
}

/** The group that everything is in at first. */
function giver(): Harness {
  const h = new Harness();
  run(h, { type: 'raise-level', level: 2 });
  return h;
}

/** A group that keeps nothing yet. */
function taker(): Harness {
  const create = { ...GENESIS, identity: { ...GENESIS.identity, group: 'g1' } };
  const h = new Harness(SqliteStateMachine.open(':memory:', { create }));
  run(h, { type: 'raise-level', level: 2 });
  return h;
}

/** What `giver` copies after a cursor. */
function rowsOf(h: Harness, cursor: MoveCursor | null): { readonly rows: readonly ImportRow[]; readonly cursor: MoveCursor } {
  const page = h.ask('rangeRows', { range: RANGE, cursor, bytesMax: 1e6 });
  expect([page.done, page.lost]).toEqual([true, false]);
  return page;
}

function importing(h: Harness, before: MoveCursor | null, after: MoveCursor, rows: readonly ImportRow[] = []): MoveRecord | null {
  return step(h, { type: 'import-rows', move: MOVE, range: RANGE, before, after, rows });
}

const own = (h: Harness, cursor: MoveCursor): MoveRecord | null => step(h, { type: 'own-range', move: MOVE, cursor, fromFinalIndex: 9 });
const voided = (h: Harness): MoveRecord | null => step(h, { type: 'void-range', move: MOVE, range: RANGE });

describe('in the group that takes, a move', () => {
  test('is owned only where the copy has come as far as its driver says', () => {
    const h = taker();
    importing(h, null, HALF);
    importing(h, HALF, WHOLE);
    expect(own(h, HALF)?.state).toBe('importing');
    expect(h.outcome(write('team/a', [put('k', 'v')]))).toBe('moved');
    expect(own(h, WHOLE)).toMatchObject({ state: 'owned', fromFinalIndex: 9 });
    expect(h.outcome(write('team/a', [put('k', 'v')]))).toBe('written');
  });

  test('takes rows only behind those that it has, once', () => {
    const h = taker();
    importing(h, null, HALF);
    expect(importing(h, null, WHOLE)?.cursor).toEqual(HALF);
    expect(importing(h, WHOLE, HALF)?.cursor).toEqual(HALF);
    expect(importing(h, HALF, WHOLE)?.cursor).toEqual(WHOLE);
  });

  test('is decided by whatever came first in the log, and by nothing after it', () => {
    const first = taker();
    importing(first, null, WHOLE);
    own(first, WHOLE);
    expect(voided(first)?.state).toBe('owned');

    const second = taker();
    importing(second, null, WHOLE);
    voided(second);
    expect(own(second, WHOLE)?.state).toBe('voided');
    expect(importing(second, WHOLE, { ...WHOLE, revisions: 3 })?.state).toBe('voided');

    const third = taker();
    voided(third);
    expect(importing(third, null, WHOLE)?.state).toBe('voided');
  });

  test('brings what was there: values, counts and versions, unseen until it is owned, and no event ever', () => {
    const from = giver();
    from.run(write('team/a', [put('k', 'old'), put('gone', 'x')]));
    from.run(write('team/a', [put('k', 'new')]));
    from.run(write('team/a', [{ op: 'delete', key: 'gone' }]));
    from.run(write('other', [put('k', 'stays')]));
    const page = rowsOf(from, null);

    const to = taker();
    importing(to, null, page.cursor, page.rows);
    const list = { prefix: '', scope: null, after: null, rowsMax: 10 } as const;
    expect(to.ask('namespaces', list).rows).toEqual([]);
    own(to, page.cursor);
    expect(to.ask('namespaces', list).rows.map(({ namespace, entries }) => [namespace, entries])).toEqual([['team/a', 1]]);
    expect(
      to.ask('entries', { ...ALL_ENTRIES, namespace: 'team/a' }).rows.map(({ key, value, revision }) => [key, value, revision]),
    ).toEqual([['k', 'new', 2]]);
    expect(to.auditActions().filter((action) => action.startsWith('config.'))).toEqual([]);
    const changes = to.ask('changes', ALL_CHANGES);
    expect(changes.kind === 'ok' && changes.commands).toEqual([]);
    // A deleted key goes on where it stood, and so does one that lives.
    to.run(write('team/a', [put('gone', 'back'), put('k', 'newest')]));
    expect(to.ask('entry', { namespace: 'team/a', key: 'gone' })?.revision).toBe(3);
    expect(to.ask('entry', { namespace: 'team/a', key: 'k' })?.revision).toBe(3);
    const history = to.ask('history', { namespace: 'team/a', key: 'k', beforeRevision: null, rowsMax: 10 });
    expect(history.rows.map(({ value }) => value)).toEqual(['newest', 'new', 'old']);
  });
});

describe('in the group that gives, a fence', () => {
  const fence = (h: Harness): MoveRecord | null => step(h, { type: 'fence-range', move: MOVE, range: RANGE });
  const lift = (h: Harness, unfenced = false): MoveRecord | null => step(h, { type: 'lift-fence', move: MOVE, range: RANGE, unfenced });

  test('refuses writes and reads of its range, and nothing else; lifted, it never was', () => {
    const h = giver();
    h.run(write('team/a', [put('k', 'v')]));
    expect(fence(h)?.index).toBe(h.log.index);
    expect(h.outcome(write('team/a', [put('k', 'late')]))).toBe('moved');
    expect(h.outcome(write('team-b', [put('k', 'v')]))).toBe('written');
    expect(h.reader.read({ type: 'entry', namespace: 'team/a', key: 'k' }).moved).toBe(true);
    expect(lift(h)?.state).toBe('lifted');
    expect(h.value('team/a', 'k')).toBe('v');
    expect(h.outcome(write('team/a', [put('k', 'later')]))).toBe('written');
  });

  test('is not put up any more once it was called off, and not called off unseen', () => {
    const before = giver();
    lift(before, true);
    expect(fence(before)?.state).toBe('lifted');
    expect(before.outcome(write('team/a', [put('k', 'v')]))).toBe('written');

    const after = giver();
    fence(after);
    expect(lift(after, true)?.state).toBe('fenced');
  });

  test('lets entries go in portions, and keeps their audit', () => {
    const h = giver();
    for (let at = 0; at < 5; at += 1) h.run(write(`team/${at}`, [put('k', 'v')]));
    fence(h);
    const portions: boolean[] = [];
    for (let more = true; more && portions.length < 50; portions.push(more)) {
      const result = run(h, { type: 'release-range', move: MOVE, rowsMax: 2 });
      more = result?.kind === 'range' && result.more;
    }
    expect(portions.length).toBeGreaterThan(2);
    expect(h.ask('move', { move: MOVE })?.state).toBe('released');
    expect(h.ask('rangeSize', { range: RANGE })).toMatchObject({ namespaces: 0, entries: 0 });
    expect(h.ask('audit', ALL_AUDIT).rows.filter(({ action }) => action === 'config.created')).toHaveLength(5);
  });
});

describe('the record of a request', () => {
  const records = (h: Harness, prefix: string): readonly unknown[] =>
    h
      .ask('rangeRows', { range: [{ prefix, except: [], partitions: null }], cursor: null, bytesMax: 1e6 })
      .rows.flatMap((row) => (row.kind === 'record' ? [[row.scope, row.namespace]] : []));

  test('is made at level 1 as the first program makes it, which knows no namespace of it, and goes along with every move', () => {
    const h = giver();
    h.run(write('team/a', [put('k', 'v')]), { idempotency: { scope: 's', request: 'r' } });
    expect([records(h, 'team'), records(h, 'other')]).toEqual([[['s', null]], [['s', null]]]);
  });

  test('tells its namespace from level 2 on, and goes along with that only', () => {
    const h = giver();
    run(h, write('team/a', [put('k', 'v')]), { scope: 's', request: 'r' });
    expect([records(h, 'team'), records(h, 'other')]).toEqual([[['s', 'team/a']], []]);
  });
});
