import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { copyTo, createGenesis, verifyCopy } from './copy.ts';
import { StateCorruptionError, StateFormatError } from './errors.ts';
import { SqliteStateMachine } from './sqlite-state-machine.ts';
import { SqliteStateReader } from './sqlite-state-reader.ts';
import { ALL_ENTRIES, CONF_STATE, GENESIS, Harness, inTempDir, member, put, write } from './testing/harness.ts';

const SECRET = 'a-value-that-is-easy-to-find-in-a-file';

function filled(path: string): Harness {
  const h = new Harness(SqliteStateMachine.open(path, { create: GENESIS }));
  for (let i = 0; i < 50; i++) h.run(write('a', [put(`k${i}`, `${SECRET}-${i}-${'x'.repeat(500)}`)]));
  h.apply(h.log.confChange({ ...CONF_STATE, learners: ['n2@i1'] }, [member('n1'), member('n2')]));
  return h;
}

/** Changes one byte inside the `nth` place where the text stands. */
function damage(path: string, text: string, nth = 0): void {
  const bytes = readFileSync(path);
  let at = bytes.indexOf(text);
  for (let i = 0; i < nth; i++) at = bytes.indexOf(text, at + 1);
  if (at < 0) throw new Error(`${text} is not in ${path}`);
  bytes[at + 5] = (bytes[at + 5] ?? 0) ^ 0x01;
  writeFileSync(path, bytes);
}

describe('a copy', () => {
  test('holds one committed state of a live machine and opens as it is', () => {
    inTempDir((dir) => {
      const h = filled(join(dir, 'state.db'));
      const target = join(dir, 'copy.db');
      const copy = copyTo(join(dir, 'state.db'), target);
      expect(copy).toEqual({
        applied: { term: 1, index: 51 },
        confState: { ...CONF_STATE, learners: ['n2@i1'] },
        members: [member('n1'), member('n2')],
        identity: GENESIS.identity,
        sizeBytes: statSync(target).size,
      });
      expect(verifyCopy(target)).toEqual(copy);
      const installed = new Harness(SqliteStateMachine.open(target));
      expect(installed.machine.hash()).toBe(h.machine.hash());
      const next = h.log.command(write('a', [put('k0', 'after')]));
      h.apply(next);
      installed.apply(next);
      expect(installed.machine.hash()).toBe(h.machine.hash());
      h.machine.close();
      installed.machine.close();
    });
  });

  test('never overwrites a file, and leaves none behind when it fails', () => {
    inTempDir((dir) => {
      filled(join(dir, 'state.db')).machine.close();
      expect(() => copyTo(join(dir, 'state.db'), join(dir, 'state.db'))).toThrow(StateFormatError);
      writeFileSync(join(dir, 'junk.db'), 'junk'.repeat(1000));
      expect(() => copyTo(join(dir, 'junk.db'), join(dir, 'copy.db'))).toThrow(StateCorruptionError);
      expect(existsSync(join(dir, 'copy.db'))).toBe(false);
    });
  });
});

describe('damage', () => {
  test('of a value is found wherever it is read', () => {
    inTempDir((dir) => {
      const path = join(dir, 'state.db');
      filled(path).machine.close();
      damage(path, `${SECRET}-7-`);
      const reader = SqliteStateReader.open(path);
      const reads = [
        () => reader.read({ type: 'entry', namespace: 'a', key: 'k7' }),
        () => reader.read({ type: 'revision', namespace: 'a', key: 'k7', revision: 1 }),
        () => reader.read({ type: 'history', namespace: 'a', key: 'k7', beforeRevision: null, rowsMax: 10 }),
        () => reader.read({ type: 'entries', namespace: 'a', ...ALL_ENTRIES }),
        () =>
          reader.read({
            type: 'search',
            prefix: '',
            scope: null,
            search: 'x',
            inKey: true,
            inValue: true,
            after: null,
            asOf: null,
            rowsMax: 100,
            bytesMax: 1e9,
          }),
        () =>
          reader.read({
            type: 'changes',
            afterIndex: 0,
            namespacePrefix: null,
            keyPrefix: '',
            scope: null,
            values: true,
            rowsMax: 100,
            bytesMax: 1e9,
          }),
        () => reader.read({ type: 'hash' }),
        () => verifyCopy(path),
      ];
      for (const read of reads) expect(read).toThrow(StateCorruptionError);
      // The rest of the state still answers, and the reader is not stuck in a transaction.
      expect(reader.read({ type: 'entry', namespace: 'a', key: 'k8' }).data?.value).toContain(`${SECRET}-8-`);
      reader.close();
      const h = new Harness(SqliteStateMachine.open(path));
      h.log.index = 51;
      h.log.ms += 1000;
      expect(() => h.run({ type: 'restore', namespace: 'a', key: 'k7', revision: 1, message: '' })).toThrow(StateCorruptionError);
      h.machine.close();
    });
  });

  test('of the file is found when it is opened or checked', () => {
    inTempDir((dir) => {
      const path = join(dir, 'state.db');
      filled(path).machine.close();
      const whole = readFileSync(path);
      writeFileSync(path, Buffer.concat([Buffer.from('not a database'), whole.subarray(14)]));
      expect(() => SqliteStateMachine.open(path)).toThrow(StateCorruptionError);
      expect(() => SqliteStateReader.open(path)).toThrow(StateCorruptionError);
      const holed = Buffer.from(whole);
      holed.fill(0xff, 4096 * 3, 4096 * 16);
      writeFileSync(path, holed);
      expect(() => SqliteStateMachine.open(path, { quickCheck: true }).close()).toThrow(StateCorruptionError);
      expect(() => verifyCopy(path)).toThrow(StateCorruptionError);
      writeFileSync(path, whole.subarray(0, whole.length - 4096 * 4));
      expect(() => verifyCopy(path)).toThrow(StateCorruptionError);
    });
  });
});

describe('createGenesis', () => {
  test('makes an empty state, and leaves one that is there alone', () => {
    inTempDir((dir) => {
      const path = join(dir, 'state.db');
      createGenesis(path, GENESIS);
      const h = new Harness(SqliteStateMachine.open(path));
      expect([h.machine.applied(), h.machine.level(), h.machine.lastStamp()]).toEqual([{ term: 0, index: 0 }, 1, null]);
      h.run(write('a', [put('k', 'v')]));
      h.machine.close();
      createGenesis(path, GENESIS);
      const again = SqliteStateMachine.open(path);
      expect(again.applied().index).toBe(1);
      again.close();
    });
  });
});
