import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ENTRY_TYPES } from '../../lib/contract/model.ts';
import { decodeCommand, encodeCommand } from './codec.ts';
import { type ShardCommandBody, UNPACK_SHARDS } from './codec-shards.ts';
import { MalformedCommandError } from './errors.ts';
import { del, put, write } from './testing/harness.ts';
import type { Command, CommandBody, Stamp } from './types.ts';

const STAMP: Stamp = { ms: 1_700_000_000_000, counter: 7, node: 'n1' };
const CURSOR = { names: null, events: 1279, revisions: 7, records: 0 };
const ORIGIN = { group: 'default', term: 5, index: 42 };
const RANGE = [{ prefix: 'teams/a', except: ['teams/a/b'], partitions: null }] as const;

const EVENT = {
  term: 5,
  hlc: '1700000000000-0007-n1',
  action: 'config.created',
  actor: 'ann',
  namespace: 'teams/a',
  key: 'größe',
  oldRevision: null,
  newRevision: 1,
  count: null,
  message: 'why',
  requestId: 'r1',
} as const;

function command(body: CommandBody, level = 2): Command {
  return { level, actor: { keyId: 'k1', name: 'ann' }, requestId: 'r1', idempotency: null, body };
}

/** One of each, spelled out: the golden hash below is over these. */
const GOLDEN: readonly ShardCommandBody[] = [
  { type: 'create-group', expectedEpoch: 0, id: 'payments', members: ['n1', 'n2'] },
  { type: 'retire-group', expectedEpoch: 3, id: 'payments' },
  { type: 'remove-group', expectedEpoch: 4, id: 'payments' },
  {
    type: 'change-routes',
    expectedEpoch: 1,
    routes: [{ prefix: 'teams/a', group: 'payments' }],
    partitions: ['default', 'payments'],
    moves: [{ from: 'default', to: 'payments', range: [...RANGE, { prefix: null, except: [], partitions: [1, 255] }] }],
  },
  { type: 'flip-move', move: 'm2-1', fromFinalIndex: 42, toStartIndex: 7 },
  { type: 'void-move', move: 'm2-1' },
  { type: 'abort-move', move: 'm2-1' },
  { type: 'fence-range', move: 'm2-1', range: RANGE },
  { type: 'lift-fence', move: 'm2-1', range: RANGE, unfenced: true },
  {
    type: 'import-rows',
    move: 'm2-1',
    range: RANGE,
    before: null,
    after: CURSOR,
    rows: [
      {
        kind: 'revision',
        namespace: 'teams/a',
        key: 'größe',
        revision: 3,
        type: 'json',
        deleted: false,
        origin: ORIGIN,
        createdAtMs: 1,
        timeMs: 2,
        author: 'ann',
        message: 'why',
        hash: 99,
        value: '"ü"',
      },
      {
        kind: 'revision',
        namespace: 'teams/a',
        key: 'k',
        revision: 4,
        type: 'text',
        deleted: true,
        origin: ORIGIN,
        createdAtMs: 1,
        timeMs: 2,
        author: '',
        message: '',
        hash: null,
        value: null,
      },
      { kind: 'namespace', namespace: 'gone', row: null },
      {
        kind: 'namespace',
        namespace: 'teams/a',
        row: { description: 'd', owner: 'o', createdAtMs: 1, updatedAtMs: 2, origin: ORIGIN, entries: 1 },
      },
      { kind: 'record', scope: 's', request: 'q', namespace: null, origin: ORIGIN, stampMs: 5, result: '{"kind":"done"}' },
    ],
  },
  { type: 'own-range', move: 'm2-1', cursor: { ...CURSOR, names: 'a' }, fromFinalIndex: 42 },
  { type: 'void-range', move: 'm2-1', range: RANGE },
  { type: 'release-range', move: 'm2-1', rowsMax: 500 },
];

/** Of the end of a group. */
const GOLDEN_ENDS: readonly ShardCommandBody[] = [
  { type: 'seal-group' },
  {
    type: 'import-archive',
    group: 'payments',
    before: null,
    after: 2561,
    final: { term: 5, index: 42 },
    auditFloorIndex: 3,
    historyFloorIndex: 4,
    complete: true,
    events: [
      { ...EVENT, id: 2560, revision: { type: 'json', deleted: false, hash: 99, value: '"ü"' } },
      { ...EVENT, id: 2561, namespace: null, key: null, count: 3, revision: null },
    ],
  },
];

describe('commands about shards', () => {
  test('come back as they were sent, every one of them', () => {
    const all = [...GOLDEN, ...GOLDEN_ENDS];
    expect(new Set(all.map(({ type }) => type))).toEqual(new Set(Object.keys(UNPACK_SHARDS)));
    for (const body of all) expect(decodeCommand(encodeCommand(command(body), STAMP))).toEqual({ command: command(body), stamp: STAMP });
  });

  test('keep their bytes, because logs and peers hold them', () => {
    const hash = createHash('sha256');
    for (const body of GOLDEN) hash.update(encodeCommand(command(body), STAMP));
    hash.update(
      encodeCommand(
        command(write('a', [put('k', 'v', { ifMatch: { term: 1, index: 2, group: 'b' } }), del('l', { ifAbsent: true })])),
        STAMP,
      ),
    );
    const ends = createHash('sha256');
    for (const body of GOLDEN_ENDS) ends.update(encodeCommand(command(body), STAMP));
    expect(ends.digest('hex')).toBe('297a4f4fa92200d7aa0ce33ae4e378a5462722d1418fa1b229c90b720d083a7b');
    // History: level 2, first release. A change here needs a new level, never a new hash for an old one.
    expect(hash.digest('hex')).toBe('27f06e7dd221e70f50dfd458f81962533abed90f3cc3e0481b44fc156fda881f');
  });

  test('carry values of any length and kind', () => {
    const text = fc.string({ unit: 'binary' });
    const row = fc.record({
      kind: fc.constant('revision' as const),
      namespace: text,
      key: text,
      revision: fc.nat(),
      type: fc.constantFrom(...ENTRY_TYPES),
      deleted: fc.boolean(),
      origin: fc.record({ group: text, term: fc.nat(), index: fc.maxSafeNat() }),
      createdAtMs: fc.nat(),
      timeMs: fc.nat(),
      author: text,
      message: text,
      hash: fc.option(fc.nat()),
      value: fc.option(text),
    });
    fc.assert(
      fc.property(fc.array(row, { maxLength: 5 }), fc.option(fc.constant(CURSOR)), (rows, before) => {
        const body: CommandBody = { type: 'import-rows', move: 'm1-1', range: RANGE, before, after: CURSOR, rows };
        expect(decodeCommand(encodeCommand(command(body), STAMP)).command).toEqual(command(body));
      }),
      { numRuns: 100 },
    );
  });

  test('stand in no command of a level that did not have them', () => {
    const grouped = write('a', [put('k', 'v', { ifMatch: { term: 1, index: 2, group: 'b' } })]);
    for (const body of [...GOLDEN, ...GOLDEN_ENDS, grouped]) {
      expect(() => encodeCommand(command(body, 1))).toThrow(/it is of level 2/);
      const bytes = encodeCommand(command(body), STAMP);
      bytes[0] = 1;
      expect(() => decodeCommand(bytes)).toThrow(MalformedCommandError);
    }
  });
});
