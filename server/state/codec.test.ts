import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ENTRY_TYPES } from '../../lib/contract/model.ts';
import { decodeCommand, encodeCommand, readStamp, stampCommand } from './codec.ts';
import { MalformedCommandError, UnknownCommandError } from './errors.ts';
import { COMMAND_LEVEL_MAX } from './levels.ts';
import { del, put, write } from './testing/harness.ts';
import type { Command, CommandBody, Operation, Stamp } from './types.ts';

const STAMP: Stamp = { ms: 1_700_000_000_000, counter: 7, node: 'n1' };

function command(body: CommandBody, more: Partial<Command> = {}): Command {
  return { level: 1, actor: { keyId: 'k1', name: 'ann' }, requestId: 'r1', idempotency: null, body, ...more };
}

const position = fc.record({ term: fc.nat(), index: fc.maxSafeNat() });
const wellFormed = fc.string({ unit: 'binary' });
const operations: fc.Arbitrary<readonly Operation[]> = fc.uniqueArray(
  fc.oneof(
    fc.record({ op: fc.constant('delete' as const), key: wellFormed, ifMatch: fc.option(position, { nil: undefined }) }),
    fc.record({
      op: fc.constant('put' as const),
      key: wellFormed,
      value: wellFormed,
      type: fc.option(fc.constantFrom(...ENTRY_TYPES)),
      validFor: fc.subarray([...ENTRY_TYPES]),
      ifMatch: fc.option(position, { nil: undefined }),
      ifAbsent: fc.constantFrom(true, undefined),
    }),
  ),
  { minLength: 1, maxLength: 8, selector: (operation) => operation.key },
);

const body: fc.Arbitrary<CommandBody> = fc.oneof(
  fc.record({ type: fc.constant('write' as const), namespace: wellFormed, operations, message: wellFormed, createNamespace: fc.boolean() }),
  fc.record({
    type: fc.constant('restore' as const),
    namespace: wellFormed,
    key: wellFormed,
    revision: fc.nat(),
    message: wellFormed,
    ifMatch: fc.option(position, { nil: undefined }),
  }),
  fc.record({
    type: fc.constant('put-namespace' as const),
    namespace: wellFormed,
    description: fc.option(wellFormed),
    owner: fc.option(wellFormed),
  }),
  fc.record({ type: fc.constant('delete-namespace' as const), namespace: wellFormed }),
  fc.record({
    type: fc.constant('create-key' as const),
    id: wellFormed,
    name: wellFormed,
    role: fc.constantFrom('viewer' as const, 'editor' as const, 'admin' as const),
    scope: fc.option(fc.array(wellFormed)),
    expiresAtMs: fc.option(fc.nat()),
    secretHash: wellFormed,
  }),
  fc.record({ type: fc.constant('revoke-key' as const), id: wellFormed }),
  fc.record({ type: fc.constant('touch-keys' as const), uses: fc.array(fc.record({ id: wellFormed, atMs: fc.nat() })) }),
  fc.record({ type: fc.constant('seed' as const), keyId: wellFormed, name: wellFormed, secretHash: wellFormed }),
  fc.record({
    type: fc.constant('expire' as const),
    revisionsPerKey: fc.nat(),
    revisionsBeforeMs: fc.nat(),
    auditBeforeMs: fc.nat(),
    idempotencyBeforeMs: fc.nat(),
    idempotencyKeep: fc.nat(),
    rowsMax: fc.nat(),
  }),
  fc.record({ type: fc.constant('raise-level' as const), level: fc.nat() }),
);

/** One of each, spelled out: the golden hash below is over these. */
const GOLDEN: readonly Command[] = [
  command(
    {
      type: 'write',
      namespace: 'teams/a',
      operations: [
        put('größe', '{"a":"ü"}', { type: 'json', validFor: ['text', 'json'], ifMatch: { term: 5, index: 42 } }),
        put('b', '', { ifAbsent: true }),
        del('c'),
      ],
      message: 'why',
      createNamespace: true,
    },
    { idempotency: { scope: 's1', request: 'q1' } },
  ),
  command({ type: 'restore', namespace: 'a', key: 'k', revision: 3, message: 'back', ifMatch: { term: 1, index: 2 } }),
  command({ type: 'put-namespace', namespace: 'a', description: 'd', owner: null }),
  command({ type: 'delete-namespace', namespace: 'a' }),
  command({ type: 'create-key', id: 'k2', name: 'ci', role: 'editor', scope: ['teams/a'], expiresAtMs: 5, secretHash: 'ff' }),
  command({ type: 'revoke-key', id: 'k2' }),
  command({ type: 'touch-keys', uses: [{ id: 'k1', atMs: 9 }] }),
  command({ type: 'seed', keyId: 'k1', name: 'first', secretHash: 'ee' }),
  command({
    type: 'expire',
    revisionsPerKey: 1,
    revisionsBeforeMs: 2,
    auditBeforeMs: 3,
    idempotencyBeforeMs: 4,
    idempotencyKeep: 5,
    rowsMax: 6,
  }),
  command({ type: 'raise-level', level: 1 }),
];

describe('encoding', () => {
  test('gives back every command and stamp', () => {
    fc.assert(
      fc.property(body, fc.boolean(), (one, stamped) => {
        const sent = command(one, { idempotency: stamped ? { scope: 's', request: 'q' } : null });
        const decoded = decodeCommand(encodeCommand(sent, stamped ? STAMP : null));
        expect(decoded).toEqual({ command: sent, stamp: stamped ? STAMP : null });
      }),
      { numRuns: 300 },
    );
  });

  test('keeps its bytes, because logs and peers hold them', () => {
    const hash = createHash('sha256');
    for (const one of GOLDEN) hash.update(encodeCommand(one, STAMP));
    // History: level 1, first release. A change here needs a new level, never a new hash for an old one.
    expect(hash.digest('hex')).toBe('f25d5bed95637fb8a3534b858eb7ff3fd5f3c60500d9ee4fe80a11a3f1dd9146');
  });

  test('stands as documented when looked at byte by byte', () => {
    const bytes = Buffer.from(encodeCommand(command(write('a', [put('k', 'né')])), STAMP));
    expect(bytes.subarray(0, 12).toString('hex')).toBe(`01${STAMP.ms.toString(16).padStart(12, '0')}0007026e31`);
    const headerLength = bytes.readUInt32BE(12);
    expect(JSON.parse(bytes.toString('utf8', 16, 16 + headerLength))).toMatchObject({
      body: { operations: [{ key: 'k', valueBytes: 3 }] },
    });
    expect(bytes.toString('utf8', 16 + headerLength)).toBe('né');
  });

  test('refuses what no replica could decode when encoding', () => {
    expect(() => encodeCommand(command(write('a', [])))).toThrow(/1 to 200 operations/);
    expect(() =>
      encodeCommand(
        command(
          write(
            'a',
            Array.from({ length: 201 }, (_, i) => del(`k${i}`)),
          ),
        ),
      ),
    ).toThrow(/1 to 200 operations/);
    expect(() => encodeCommand(command(write('a', [put('k', '1'), del('k')])))).toThrow(/at most once/);
    expect(() => encodeCommand(command(write('a', [put('k', '\ud800')])))).toThrow(/well-formed/);
    expect(() => encodeCommand(command(write('a', [del('k')]), { level: COMMAND_LEVEL_MAX + 1 }))).toThrow(/cannot be encoded/);
    expect(() => encodeCommand(command(write('a', [del('k')])), { ...STAMP, counter: 65_536 })).toThrow(/16-bit/);
    expect(() => encodeCommand(command(write('a', [del('k')])), { ...STAMP, ms: 2 ** 48 })).toThrow(/48-bit/);
    expect(() => encodeCommand(command(write('a', [del('k')])), { ...STAMP, node: '' })).toThrow(/node id/);
  });
});

describe('stamps', () => {
  test('are set and replaced without touching the rest', () => {
    const bare = encodeCommand(command(write('a', [put('k', 'v')])));
    expect(readStamp(bare)).toBeNull();
    const stamped = stampCommand(bare, STAMP);
    expect(stamped).toEqual(encodeCommand(command(write('a', [put('k', 'v')])), STAMP));
    const again = stampCommand(stamped, { ...STAMP, node: 'another-node' });
    expect(readStamp(again)).toEqual({ ...STAMP, node: 'another-node' });
    expect(readStamp(stamped)).toEqual(STAMP);
    expect(stampCommand(again, STAMP)).toEqual(stamped);
  });

  test('are absent in the empty entry of a new leader', () => {
    expect(readStamp(new Uint8Array(0))).toBeNull();
  });

  test('are read from a view into a larger buffer', () => {
    const stamped = encodeCommand(command(write('a', [put('k', 'v')])), STAMP);
    const frame = new Uint8Array(stamped.length + 20).fill(9);
    frame.set(stamped, 10);
    const view = frame.subarray(10, 10 + stamped.length);
    expect(decodeCommand(view)).toEqual(decodeCommand(stamped));
  });
});

/** A command's bytes with its header changed. */
function withHeader(of: Command, change: (header: Record<string, unknown>) => unknown): Uint8Array {
  const bytes = Buffer.from(encodeCommand(of, STAMP));
  const length = bytes.readUInt32BE(12);
  const header = Buffer.from(JSON.stringify(change(JSON.parse(bytes.toString('utf8', 16, 16 + length)) as Record<string, unknown>)));
  const prefix = Buffer.from(bytes.subarray(0, 16));
  prefix.writeUInt32BE(header.length, 12);
  return Buffer.concat([prefix, header, bytes.subarray(16 + length)]);
}

describe('decoding', () => {
  const sent = command(write('a', [put('k', 'value')]));

  test('refuses a command cut at any byte, or with bytes to spare', () => {
    const bytes = encodeCommand(sent, STAMP);
    for (let length = 0; length < bytes.length; length++) {
      expect(() => decodeCommand(bytes.subarray(0, length))).toThrow(MalformedCommandError);
    }
    expect(() => decodeCommand(Buffer.concat([bytes, Buffer.from('x')]))).toThrow(/1 bytes too many/);
  });

  test('names an unknown level and an unknown type as such, because the replica must stop and not skip', () => {
    const bytes = encodeCommand(sent, STAMP);
    bytes[0] = COMMAND_LEVEL_MAX + 1;
    expect(() => decodeCommand(bytes)).toThrow(UnknownCommandError);
    expect(() => decodeCommand(withHeader(sent, (header) => ({ ...header, body: { type: 'transmute' } })))).toThrow(UnknownCommandError);
    expect(() => decodeCommand(withHeader(sent, (header) => ({ ...header, body: { type: 'toString' } })))).toThrow(UnknownCommandError);
  });

  test('refuses unknown, missing and mistyped fields', () => {
    for (const change of [
      (header: Record<string, unknown>) => ({ ...header, extra: 1 }),
      (header: Record<string, unknown>) => Object.fromEntries(Object.entries(header).filter(([name]) => name !== 'requestId')),
      (header: Record<string, unknown>) => ({ ...header, requestId: 7 }),
      (header: Record<string, unknown>) => ({ ...header, actor: null }),
      (header: Record<string, unknown>) => ({ ...header, body: null }),
      (header: Record<string, unknown>) => ({ ...header, body: { ...(header['body'] as object), operations: [] } }),
      (header: Record<string, unknown>) => ({ ...header, body: { ...(header['body'] as object), operations: [null] } }),
      () => [],
      () => null,
    ]) {
      expect(() => decodeCommand(withHeader(sent, change))).toThrow(MalformedCommandError);
    }
  });

  test('refuses a key twice, and a value that is not UTF-8', () => {
    const two = command(write('a', [del('k'), del('l')]));
    expect(() => decodeCommand(withHeader(two, (header) => JSON.parse(JSON.stringify(header).replace('"l"', '"k"'))))).toThrow(/twice/);
    const bytes = encodeCommand(sent, STAMP);
    bytes[bytes.length - 1] = 0xff;
    expect(() => decodeCommand(bytes)).toThrow(/not UTF-8/);
  });
});
