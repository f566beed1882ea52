import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { SqliteStateMachine } from './sqlite-state-machine.ts';
import { SqliteStateReader } from './sqlite-state-reader.ts';
import { ALL_AUDIT, ALL_CHANGES, ALL_ENTRIES, GENESIS, Harness, inTempDir, put, write } from './testing/harness.ts';
import type { Query } from './types.ts';

const EVERY_QUERY: readonly Query[] = [
  { type: 'entry', namespace: 'a', key: 'k' },
  { type: 'entry', namespace: 'a', key: 'absent' },
  { type: 'revision', namespace: 'a', key: 'k', revision: 1 },
  { type: 'history', namespace: 'a', key: 'k', beforeRevision: null, rowsMax: 10 },
  { type: 'namespace', namespace: 'a' },
  { type: 'namespaces', prefix: '', scope: null, after: null, rowsMax: 10 },
  { type: 'entries', namespace: 'a', ...ALL_ENTRIES },
  { type: 'search', prefix: '', scope: null, search: '', inKey: true, inValue: true, after: null, asOf: null, rowsMax: 10, bytesMax: 1e9 },
  { type: 'audit', ...ALL_AUDIT },
  { type: 'changes', ...ALL_CHANGES },
  { type: 'keyBySecretHash', secretHash: 'x' },
  { type: 'keyById', id: 'x' },
  { type: 'keys', rowsMax: 10, after: null },
  { type: 'idempotency', scope: 's' },
  { type: 'hash' },
];

describe('every read', () => {
  test('says the applied position of the very state it was answered from', () => {
    inTempDir((dir) => {
      const path = join(dir, 'state.db');
      const h = new Harness(SqliteStateMachine.open(path, { create: GENESIS }));
      const reader = SqliteStateReader.open(path);
      for (let i = 1; i <= 3; i++) {
        h.log.term = i;
        h.run(write('a', [put('k', `${i}`)]));
        for (const query of EVERY_QUERY) expect(reader.read(query).applied, query.type).toEqual({ term: i, index: i });
        expect(reader.read({ type: 'entry', namespace: 'a', key: 'k' }).data?.position).toEqual({ term: i, index: i });
        expect(reader.applied()).toEqual({ term: i, index: i });
      }
      expect(reader.identity()).toEqual(GENESIS.identity);
      reader.close();
      h.machine.close();
    });
  });

  test('can be sent to another thread: plain data both ways', () => {
    const h = new Harness();
    h.run(write('a', [put('k', 'v')]));
    for (const query of EVERY_QUERY) {
      const answer = h.reader.read(structuredClone(query));
      expect(structuredClone(answer)).toEqual(answer);
    }
  });

  test('of the hash is the hash of the machine', () => {
    inTempDir((dir) => {
      const path = join(dir, 'state.db');
      const h = new Harness(SqliteStateMachine.open(path, { create: GENESIS }));
      const reader = SqliteStateReader.open(path);
      h.run(write('a', [put('k', 'v')]));
      expect(reader.read({ type: 'hash' }).data).toBe(h.machine.hash());
      reader.close();
      h.machine.close();
    });
  });
});

describe('termAt', () => {
  test('follows a machine that goes on applying', () => {
    inTempDir((dir) => {
      const path = join(dir, 'state.db');
      const h = new Harness(SqliteStateMachine.open(path, { create: GENESIS }));
      const reader = SqliteStateReader.open(path);
      expect([0, 1].map((index) => reader.termAt(index))).toEqual(['below-floor', 'not-applied']);
      h.run(write('a', [put('k', 'v')]));
      expect([1, 2].map((index) => reader.termAt(index))).toEqual([1, 'not-applied']);
      h.apply(h.log.newTerm());
      h.apply(h.log.newTerm());
      h.run(write('a', [put('k', 'v')]));
      expect([1, 2, 3, 4, 5].map((index) => reader.termAt(index))).toEqual([1, 2, 3, 3, 'not-applied']);
      reader.close();
      h.machine.close();
    });
  });
});
