import { describe, expect, test } from 'vitest';
import { ALL_AUDIT, ALL_CHANGES, EXPIRE_NOTHING, Harness, START_MS, del, put, write } from '../testing/harness.ts';
import { IDEMPOTENCY_AGE_MS_MIN, IDEMPOTENCY_KEEP_MIN } from './expire.ts';

function keptRevisions(h: Harness, key: string): readonly number[] {
  return h.ask('history', { namespace: 'a', key, beforeRevision: null, rowsMax: 1000 }).rows.map((row) => row.revision);
}

function writeTimes(h: Harness, key: string, times: number): void {
  for (let i = 0; i < times; i++) h.run(write('a', [put(key, `${key}${i}`)]));
}

describe('retention of revisions', () => {
  test('keeps the newest so many of each key, the newest always', () => {
    const h = new Harness();
    writeTimes(h, 'k', 5);
    writeTimes(h, 'l', 1);
    h.run({ ...EXPIRE_NOTHING, revisionsPerKey: 2 });
    expect([keptRevisions(h, 'k'), keptRevisions(h, 'l')]).toEqual([[5, 4], [1]]);
    expect(h.ask('history', { namespace: 'a', key: 'k', beforeRevision: null, rowsMax: 10 }).oldestKept).toBe(4);
    h.run({ ...EXPIRE_NOTHING, revisionsPerKey: 0 });
    expect(keptRevisions(h, 'k')).toEqual([5]);
    expect(h.value('a', 'k')).toBe('k4');
  });

  test('finds long histories by index for the usual settings', () => {
    const h = new Harness();
    writeTimes(h, 'k', 45);
    writeTimes(h, 'l', 20);
    h.run({ ...EXPIRE_NOTHING, revisionsPerKey: 20 });
    expect([keptRevisions(h, 'k').length, keptRevisions(h, 'l').length]).toEqual([20, 20]);
  });

  test('counts age from when a value stopped being in force, so that an old value outlives its first change', () => {
    const h = new Harness();
    writeTimes(h, 'k', 1);
    h.log.ms += 1000;
    writeTimes(h, 'k', 2);
    h.run({ ...EXPIRE_NOTHING, revisionsBeforeMs: START_MS + 1000 });
    expect(keptRevisions(h, 'k')).toEqual([3, 2, 1]);
    h.run({ ...EXPIRE_NOTHING, revisionsBeforeMs: START_MS + 1003 });
    expect(keptRevisions(h, 'k')).toEqual([3, 2]);
    h.run({ ...EXPIRE_NOTHING, revisionsBeforeMs: START_MS + 9000 });
    expect(keptRevisions(h, 'k')).toEqual([3]);
  });

  test('keeps the revision of a deletion, so that counting never restarts', () => {
    const h = new Harness();
    writeTimes(h, 'k', 2);
    h.run(write('a', [del('k')]));
    h.run({ ...EXPIRE_NOTHING, revisionsPerKey: 1, revisionsBeforeMs: START_MS + 9000 });
    expect(keptRevisions(h, 'k')).toEqual([3]);
    expect(h.run(write('a', [put('k', 'x')])).result).toMatchObject({ changes: [{ entry: { revision: 4 } }] });
  });

  test('goes in bounded steps and says when there is more', () => {
    const h = new Harness();
    writeTimes(h, 'k', 8);
    const step = () => h.run({ ...EXPIRE_NOTHING, revisionsPerKey: 1, rowsMax: 3 }).result;
    expect(step()).toEqual({ kind: 'done', more: true });
    expect(keptRevisions(h, 'k').length).toBe(5);
    step();
    expect(keptRevisions(h, 'k').length).toBe(2);
    expect(step()).toEqual({ kind: 'done' });
    expect(keptRevisions(h, 'k')).toEqual([8]);
  });

  test('by age ends in bounded steps where steps by bulk end', () => {
    const bulk = new Harness();
    const stepped = new Harness();
    for (const h of [bulk, stepped]) for (let i = 0; i < 30; i++) h.run(write('a', [put(`k${i % 7}`, `${i}`)]));
    bulk.run({ ...EXPIRE_NOTHING, revisionsBeforeMs: START_MS + 20 });
    for (let i = 0; i < 10; i++) stepped.run({ ...EXPIRE_NOTHING, revisionsBeforeMs: START_MS + 20, rowsMax: 3 });
    for (let i = 0; i < 7; i++) expect(keptRevisions(stepped, `k${i}`)).toEqual(keptRevisions(bulk, `k${i}`));
    expect(keptRevisions(bulk, 'k0')).toEqual([5, 4, 3]);
  });
});

describe('retention of audit events', () => {
  test('drops events by time and then says how far back they reach', () => {
    const h = new Harness();
    writeTimes(h, 'k', 4);
    expect(h.ask('audit', ALL_AUDIT).oldestKeptMs).toBeNull();
    h.run({ ...EXPIRE_NOTHING, auditBeforeMs: START_MS + 3 });
    const { rows, oldestKeptMs } = h.ask('audit', ALL_AUDIT);
    expect(rows.map((row) => [row.index, row.action])).toEqual([
      [5, 'retention.applied'],
      [4, 'config.updated'],
      [3, 'config.updated'],
    ]);
    expect(rows[0]?.message).toBe('dropped 0 revisions, 3 audit events, 0 request records');
    expect(oldestKeptMs).toBe(START_MS + 3);
  });

  test('is no event itself when there was nothing to drop', () => {
    const h = new Harness();
    writeTimes(h, 'k', 1);
    const events = h.auditActions().length;
    expect(h.run(EXPIRE_NOTHING).result).toEqual({ kind: 'done' });
    expect(h.auditActions().length).toBe(events);
  });
});

describe('retention of request records', () => {
  test('keeps a day and the newest 10 000 whatever the command says', () => {
    const h = new Harness();
    const inputs = Array.from({ length: IDEMPOTENCY_KEEP_MIN + 5 }, (_, i) =>
      h.log.command({ type: 'touch-keys', uses: [] }, { idempotency: { scope: `s${i}`, request: 'r' } }),
    );
    h.machine.apply(inputs);
    const kept = (i: number): boolean => h.ask('idempotency', { scope: `s${i}` }) !== null;
    const greedy = { ...EXPIRE_NOTHING, idempotencyBeforeMs: Number.MAX_SAFE_INTEGER, idempotencyKeep: 0 };
    h.run(greedy);
    expect([kept(0), kept(4)]).toEqual([true, true]);
    h.log.ms = START_MS + IDEMPOTENCY_AGE_MS_MIN + 3;
    h.run(greedy);
    // Records of the first three milliseconds are older than a day now.
    expect([0, 1, 2, 3, 4, 5].map(kept)).toEqual([false, false, false, true, true, true]);
    h.log.ms += IDEMPOTENCY_AGE_MS_MIN;
    h.run(greedy);
    expect([3, 4, 5, 6].map(kept)).toEqual([false, false, true, true]);
  });
});

describe('after retention', () => {
  test('a watch from before what is gone is told so, and from after it goes on', () => {
    const h = new Harness();
    writeTimes(h, 'k', 5);
    h.run({ ...EXPIRE_NOTHING, revisionsPerKey: 2 });
    const gone = h.ask('changes', ALL_CHANGES);
    expect(gone).toEqual({ kind: 'compacted', oldest: { term: 1, index: 4 } });
    const rest = h.ask('changes', { ...ALL_CHANGES, afterIndex: 4 });
    expect(rest).toMatchObject({ kind: 'ok', commands: [{ position: { index: 5 } }] });
    expect(h.ask('changes', { ...ALL_CHANGES, keyPrefix: 'other' }).kind).toBe('ok');
    h.run({ ...EXPIRE_NOTHING, auditBeforeMs: START_MS + 6 });
    expect(h.ask('changes', { ...ALL_CHANGES, keyPrefix: 'other' })).toEqual({ kind: 'compacted', oldest: { term: 1, index: 5 } });
  });
});
