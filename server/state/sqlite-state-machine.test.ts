import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { encodeCommand } from './codec.ts';
import { MalformedCommandError, StateFormatError, StateWriteError, UnknownCommandError } from './errors.ts';
import { COMMAND_LEVEL_MAX } from './levels.ts';
import { SqliteStateMachine, TERMS_KEPT } from './sqlite-state-machine.ts';
import { SqliteStateReader } from './sqlite-state-reader.ts';
import {
  ALL_AUDIT,
  ALL_ENTRIES,
  ANN,
  CONF_STATE,
  GENESIS,
  Harness,
  START_MS,
  TestLog,
  inTempDir,
  member,
  put,
  write,
} from './testing/harness.ts';

describe('applying', () => {
  test('commits effects and applied position together: a reader sees none of a batch or all of it', () => {
    inTempDir((dir) => {
      const path = join(dir, 'state.db');
      const h = new Harness(SqliteStateMachine.open(path, { create: GENESIS }));
      const reader = SqliteStateReader.open(path);
      const see = () => {
        const { applied, data } = reader.read({ type: 'entries', namespace: 'a', ...ALL_ENTRIES });
        return [applied.index, data.rows.length];
      };
      for (let batch = 0; batch < 5; batch++) {
        const inputs = Array.from({ length: 7 }, (_, i) => h.log.command(write('a', [put(`k${batch}-${i}`, 'v')])));
        expect(see()).toEqual([batch * 7, batch * 7]);
        h.machine.apply(inputs);
        expect(see()).toEqual([batch * 7 + 7, batch * 7 + 7]);
      }
      reader.close();
      h.machine.close();
    });
  });

  test('rolls the whole batch back when one entry cannot be applied, and takes nothing more', () => {
    const h = new Harness();
    h.run(write('a', [put('k', '1')]));
    const before = h.machine.hash();
    const good = h.log.command(write('a', [put('k', '2')]));
    const bad = h.log.raw(new Uint8Array([1, 2, 3]));
    expect(() => h.machine.apply([good, bad])).toThrow(MalformedCommandError);
    expect(h.machine.hash()).toBe(before);
    expect(h.value('a', 'k')).toBe('1');
    expect(() => h.machine.apply([good])).toThrow(/has failed before/);
  });

  test('stops at a command of a later level or type instead of skipping it', () => {
    const later = encodeCommand(
      { level: 1, actor: ANN, requestId: '', idempotency: null, body: write('a', [put('k', '1')]) },
      { ms: 1, counter: 0, node: 'n1' },
    );
    later[0] = COMMAND_LEVEL_MAX + 1;
    const h = new Harness();
    expect(() => h.apply(h.log.raw(later))).toThrow(UnknownCommandError);
    const other = new Harness();
    expect(() => other.run({ type: 'raise-level', level: COMMAND_LEVEL_MAX + 1 })).toThrow(UnknownCommandError);
  });

  test('does not open a state of a later level: a program that went back would not understand the next command', () => {
    inTempDir((dir) => {
      const path = join(dir, 'state.db');
      SqliteStateMachine.open(path, { create: GENESIS }).close();
      const raw = new Database(path);
      raw.exec(`UPDATE meta SET level = ${COMMAND_LEVEL_MAX + 1}`);
      raw.close();
      expect(() => SqliteStateMachine.open(path)).toThrow(StateFormatError);
      expect(() => SqliteStateMachine.open(path)).toThrow(/has risen to level .*: start a newer version of Confman$/);
    });
  });

  test('refuses gaps, repetitions, falling terms and commands without a stamp', () => {
    const fresh = (): Harness => {
      const h = new Harness();
      h.run(write('a', [put('k', '1')]));
      return h;
    };
    const gap = fresh();
    gap.log.index++;
    expect(() => gap.run(write('a', [put('k', '2')]))).toThrow(/does not follow/);
    const repeated = fresh();
    expect(() => repeated.machine.apply(repeated.log.entries)).toThrow(/does not follow/);
    const falling = fresh();
    falling.log.term = 0;
    expect(() => falling.run(write('a', [put('k', '2')]))).toThrow(/has term 0/);
    const unstamped = fresh();
    const data = encodeCommand({ level: 1, actor: ANN, requestId: '', idempotency: null, body: write('a', [put('k', '2')]) });
    expect(() => unstamped.apply(unstamped.log.raw(data))).toThrow(/without a stamp/);
  });

  test('answers an empty list for no entries', () => {
    const h = new Harness();
    expect(h.machine.apply([])).toEqual([]);
    expect(h.machine.applied()).toEqual({ term: 0, index: 0 });
  });

  test('reports a failed write as such, so that the process ends', () => {
    inTempDir((dir) => {
      const path = join(dir, 'state.db');
      const h = new Harness(SqliteStateMachine.open(path, { create: GENESIS }));
      h.run(write('a', [put('k', '1')]));
      // Another writer holds the file: the same road as a full or failing disk, but without one.
      const blocker = new Database(path, { timeout: 0 });
      blocker.exec('BEGIN IMMEDIATE');
      expect(() => h.run(write('a', [put('k', '2')]))).toThrow(StateWriteError);
      expect(() => h.run(write('a', [put('k', '3')]))).toThrow(/has failed before/);
      blocker.close();
      h.machine.close();
    });
  });
});

describe('entries that are no commands', () => {
  test('advance the applied position and the terms table', () => {
    const h = new Harness();
    h.log.term = 2;
    h.run(write('a', [put('k', '1')]));
    h.log.term = 4;
    expect(h.apply(h.log.newTerm())).toEqual({
      position: { term: 5, index: 2 },
      result: null,
      replayed: false,
      resultPosition: { term: 5, index: 2 },
      stamp: null,
    });
    h.apply(h.log.newTerm());
    expect(h.machine.applied()).toEqual({ term: 6, index: 3 });
    expect([1, 2, 3, 4, 0].map((index) => h.reader.termAt(index))).toEqual([2, 5, 6, 'not-applied', 'below-floor']);
    expect(h.machine.lastStamp()).toEqual({ ms: START_MS + 1, counter: 0, node: 'n1' });
  });

  test('keep configuration and members, and tell who came and went under the last stamp', () => {
    const h = new Harness();
    h.run(write('a', [put('k', '1')]));
    const joined = { ...CONF_STATE, learners: ['n2@i1'] };
    h.apply(h.log.confChange(joined, [member('n2'), member('n1')]));
    h.apply(h.log.confChange({ ...CONF_STATE, voters: ['n2@i1'] }, [member('n2')]));
    expect(h.machine.confState().voters).toEqual(['n2@i1']);
    expect(h.machine.members()).toEqual([member('n2')]);
    h.run(write('a', [put('k', '2')]));
    const rows = h
      .ask('audit', ALL_AUDIT)
      .rows.map(({ id, action, actor, message, hlc, namespace }) => ({ id, action, actor, message, hlc, namespace }));
    const hlc = `${START_MS + 1}-0000-n1`;
    const told = { actor: 'system', hlc, namespace: null };
    expect(rows.slice(1, 4)).toEqual([
      { ...told, id: 'default:3:1', action: 'member.promoted', message: 'n2@i1 (n2:6101, http://n2:6100)' },
      { ...told, id: 'default:3:0', action: 'member.removed', message: 'n1@i1 (n1:6101, http://n1:6100)' },
      { ...told, id: 'default:2:0', action: 'member.added', message: 'n2@i1 (n2:6101, http://n2:6100)' },
    ]);
    const clocks = rows.map((row) => row.hlc);
    expect(clocks).toEqual(clocks.toSorted().toReversed());
  });

  test('of configuration are told by the main group alone, which the others follow', () => {
    const h = new Harness(SqliteStateMachine.open(':memory:', { create: { ...GENESIS, identity: { ...GENESIS.identity, group: 'g1' } } }));
    h.apply(h.log.confChange({ ...CONF_STATE, learners: ['n2@i1'] }, [member('n2'), member('n1')]));
    expect(h.machine.members()).toEqual([member('n1'), member('n2')]);
    expect(h.auditActions()).toEqual([]);
  });

  test('of configuration must come with the configuration they led to', () => {
    const h = new Harness();
    const { entry } = h.log.confChange(CONF_STATE, []);
    expect(() => h.machine.apply([{ entry }])).toThrow(/without the configuration/);
  });

  test('do not make the terms table grow for ever', () => {
    const h = new Harness();
    h.machine.apply(Array.from({ length: TERMS_KEPT + 3 }, () => h.log.newTerm()));
    expect([1, 3, 4, 5].map((index) => h.reader.termAt(index))).toEqual(['below-floor', 'below-floor', 5, 6]);
  });
});

describe('stamps', () => {
  test('that fall, which no correct leader gives, do not turn the order of events around', () => {
    const h = new Harness();
    h.log.ms = START_MS + 500;
    h.run(write('a', [put('k', '1')]));
    h.log.ms = START_MS;
    h.run(write('a', [put('k', '2')]));
    expect(h.machine.lastStamp()?.ms).toBe(START_MS + 501);
    const hlcs = h.ask('audit', ALL_AUDIT).rows.map((row) => row.hlc);
    expect(hlcs).toEqual(hlcs.toSorted().toReversed());
    expect(h.ask('entry', { namespace: 'a', key: 'k' })?.updatedAtMs).toBe(START_MS + 501);
  });
});

describe('the level', () => {
  test('rises by a command, never falls, and is told once', () => {
    const h = new Harness(SqliteStateMachine.open(':memory:', { create: { ...GENESIS, level: 0 } }));
    h.run({ type: 'raise-level', level: 1 });
    h.run({ type: 'raise-level', level: 0 });
    expect(h.machine.level()).toBe(1);
    expect(h.auditActions()).toEqual(['cluster.level-raised']);
  });
});

describe('opening', () => {
  test('creates once, then finds what was there', () => {
    inTempDir((dir) => {
      const path = join(dir, 'state.db');
      expect(() => SqliteStateMachine.open(path)).toThrow(/there is no state/);
      const h = new Harness(SqliteStateMachine.open(path, { create: GENESIS }));
      h.run(write('a', [put('k', 'v')]));
      h.apply(h.log.confChange({ ...CONF_STATE, learners: ['n2@i1'] }, [member('n1'), member('n2')]));
      const hash = h.machine.hash();
      h.machine.close();
      const again = SqliteStateMachine.open(path, { create: GENESIS, quickCheck: true });
      expect(again.hash()).toBe(hash);
      expect(again.identity).toEqual(GENESIS.identity);
      expect(again.confState().learners).toEqual(['n2@i1']);
      expect(again.members()).toEqual([member('n1'), member('n2')]);
      expect(again.applied()).toEqual({ term: 1, index: 2 });
      expect(again.lastStamp()).toEqual({ ms: START_MS + 1, counter: 0, node: 'n1' });
      expect(again.path).toBe(path);
      again.close();
    });
  });

  test("refuses another cluster's, group's or lineage's state", () => {
    inTempDir((dir) => {
      const path = join(dir, 'state.db');
      SqliteStateMachine.open(path, { create: GENESIS }).close();
      for (const identity of [
        { ...GENESIS.identity, group: 'payments' },
        { ...GENESIS.identity, clusterId: 'ffffffff' },
        { ...GENESIS.identity, lineages: [...GENESIS.identity.lineages, { id: '00000002', forkIndex: null }] },
      ]) {
        expect(() => SqliteStateMachine.open(path, { create: { ...GENESIS, identity } })).toThrow(StateFormatError);
      }
    });
  });

  test('finds a whole prefix of the log after the process was killed at any point', () => {
    inTempDir((dir) => {
      const path = join(dir, 'state.db');
      const h = new Harness(SqliteStateMachine.open(path, { create: GENESIS }));
      const reference = new Harness();
      const hashes = new Map<number, string>([[0, reference.machine.hash()]]);
      for (let i = 0; i < 40; i++) {
        const input = h.log.command(write('a', [put(`k${i % 7}`, 'v'.repeat(i * 50))]));
        reference.apply(input);
        hashes.set(i + 1, reference.machine.hash());
        h.apply(input);
        if (i % 11 === 10) h.machine.checkpoint();
        if (i % 5 !== 0) continue;
        // What a kill leaves: file and write-ahead log as they are, without the process that knows them.
        const left = join(dir, `left-${i}.db`);
        copyFileSync(path, left);
        if (existsSync(`${path}-wal`)) copyFileSync(`${path}-wal`, `${left}-wal`);
        const survivor = SqliteStateMachine.open(left, { quickCheck: true });
        expect(survivor.applied().index).toBe(i + 1);
        expect(survivor.hash()).toBe(hashes.get(i + 1));
        survivor.close();
      }
      h.machine.close();
    });
  });

  test('loses whole batches only, effects and applied position alike, wherever the write-ahead log is cut', () => {
    inTempDir((dir) => {
      const path = join(dir, 'state.db');
      const h = new Harness(SqliteStateMachine.open(path, { create: GENESIS }));
      h.machine.checkpoint();
      const reference = new Harness();
      const hashes = [reference.machine.hash()];
      for (let i = 0; i < 4; i++) {
        const inputs = [h.log.command(write('a', [put('k', `${i}`)])), h.log.command(write('b', [put('k', `${i}`)]))];
        h.machine.apply(inputs);
        for (const input of inputs) {
          reference.apply(input);
          hashes.push(reference.machine.hash());
        }
      }
      const file = readFileSync(path);
      const wal = readFileSync(`${path}-wal`);
      h.machine.close();
      const seen = new Set<number>();
      const left = join(dir, 'left.db');
      // Every frame is a page and 24 bytes, behind a header of 32.
      for (let length = 32; length <= wal.length; length += 4096 + 24) {
        writeFileSync(left, file);
        writeFileSync(`${left}-wal`, wal.subarray(0, length));
        const survivor = SqliteStateMachine.open(left);
        const { index } = survivor.applied();
        expect(survivor.hash()).toBe(hashes[index]);
        seen.add(index);
        survivor.close();
      }
      expect([...seen]).toEqual([0, 2, 4, 6, 8]);
    });
  });
});

describe('checkpoints', () => {
  test('say what is durable, and empty the write-ahead log in effect', () => {
    inTempDir((dir) => {
      const h = new Harness(SqliteStateMachine.open(join(dir, 'state.db'), { create: GENESIS }));
      h.run(write('a', [put('k', 'v'.repeat(10_000))]));
      expect(h.machine.walBytes()).toBeGreaterThan(10_000);
      expect(h.machine.checkpoint()).toBe(1);
      expect(h.machine.walBytes()).toBe(0);
      expect(h.machine.sizeBytes()).toBeGreaterThan(10_000);
      h.machine.close();
    });
  });

  test('do not claim to be complete while a reader holds an older state', () => {
    inTempDir((dir) => {
      const path = join(dir, 'state.db');
      const h = new Harness(SqliteStateMachine.open(path, { create: GENESIS }));
      h.run(write('a', [put('k', '1')]));
      const reader = new Database(path, { readonly: true });
      reader.exec('BEGIN');
      reader.prepare('SELECT * FROM meta').get();
      h.run(write('a', [put('k', '2')]));
      expect(h.machine.checkpoint()).toBeNull();
      reader.exec('COMMIT');
      expect(h.machine.checkpoint()).toBe(2);
      reader.close();
      h.machine.close();
    });
  });
});

describe('a serialized state', () => {
  test('opens in memory with the same content, from memory and from a file', () => {
    inTempDir((dir) => {
      for (const source of [':memory:', join(dir, 'state.db')]) {
        const h = new Harness(SqliteStateMachine.open(source, { create: GENESIS }));
        h.run(write('a', [put('k', 'v')]));
        const twin = new Harness(SqliteStateMachine.open(h.machine.serialize()));
        expect(twin.machine.hash()).toBe(h.machine.hash());
        const next = h.log.command(write('a', [put('k', 'w')]));
        h.apply(next);
        twin.apply(next);
        expect(twin.machine.hash()).toBe(h.machine.hash());
        h.machine.close();
      }
    });
  });

  test('in memory has no path and its checkpoints are at once complete', () => {
    const h = new Harness();
    h.run(write('a', [put('k', 'v')]));
    expect([h.machine.path, h.machine.checkpoint(), h.machine.walBytes()]).toEqual([null, 1, 0]);
  });
});

test('a log is replayed to the same content by a machine that joins late', () => {
  const log = new TestLog();
  for (let i = 0; i < 30; i++) log.command(write(`n${i % 3}`, [put(`k${i % 5}`, `${i}`)]));
  const one = SqliteStateMachine.open(':memory:', { create: GENESIS });
  one.apply(log.entries);
  const late = SqliteStateMachine.open(':memory:', { create: GENESIS });
  for (const input of log.entries) late.apply([input]);
  expect(late.hash()).toBe(one.hash());
  expect(late.hash()).not.toBe(SqliteStateMachine.open(':memory:', { create: GENESIS }).hash());
});
