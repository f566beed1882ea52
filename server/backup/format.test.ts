import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { BackupError, type BackupHeader, BackupReader, backupBytes, encodeHead, encodeTail } from './format.ts';

const STATES = [Buffer.from('the state of one group\n'.repeat(20)), Buffer.from([0, 10, 255, 10, 67])];

function headerOf(states: readonly Buffer[]): BackupHeader {
  return {
    clusterId: '0a0b0c0d',
    clusterName: 'confman',
    lineageId: '00000001',
    createdAt: '2026-11-28T00:00:00.000Z',
    node: 'n1',
    version: '0.1.0',
    groups: states.map((bytes, at) => ({
      group: ['default', 'payments'][at] ?? '',
      term: 3 + at,
      index: 40 + at,
      bytes: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      stateHash: '0'.repeat(64),
    })),
  };
}

function fileOf(states: readonly Buffer[] = STATES): Buffer {
  const head = encodeHead(headerOf(states));
  return Buffer.concat([head, ...states, encodeTail(head)]);
}

function read(file: Buffer, pieceBytes = file.length): { readonly header: BackupHeader; readonly states: readonly Buffer[] } {
  const states = new Map<string, Buffer>();
  const reader = new BackupReader({
    state: ({ group }, bytes) => void states.set(group, Buffer.concat([states.get(group) ?? Buffer.alloc(0), bytes])),
  });
  for (let at = 0; at < file.length; at += pieceBytes) reader.write(file.subarray(at, at + pieceBytes));
  return { header: reader.end(), states: [...states.values()] };
}

function problemOf(file: Buffer): string {
  try {
    read(file);
    return 'none';
  } catch (error) {
    if (!(error instanceof BackupError)) throw error;
    return error.kind;
  }
}

describe('a backup', () => {
  test('is read as it was written, however it comes in pieces', () => {
    const file = fileOf();
    expect(file.length).toBe(backupBytes(headerOf(STATES)));
    for (const pieceBytes of [file.length, 1, 2, 7, 64, 100]) {
      expect(read(file, pieceBytes)).toEqual({ header: headerOf(STATES), states: STATES });
    }
  });

  test('is refused when it ends at any byte before its last', () => {
    const file = fileOf();
    const problems = new Set<string>();
    for (let end = 0; end < file.length; end += 1) problems.add(problemOf(file.subarray(0, end)));
    expect([...problems].toSorted()).toEqual(['foreign', 'truncated']);
    expect(problemOf(file.subarray(0, -1))).toBe('truncated');
  });

  test('is refused with any bit of it flipped', () => {
    const file = fileOf();
    for (let at = 0; at < file.length; at += 1) {
      const flipped = Buffer.from(file);
      flipped[at] = (flipped[at] ?? 0) ^ (1 << (at % 8));
      expect([at, problemOf(flipped)]).not.toEqual([at, 'none']);
    }
  });

  test('is refused when something follows it', () => {
    expect(problemOf(Buffer.concat([fileOf(), Buffer.from('\n')]))).toBe('damaged');
    expect(problemOf(Buffer.concat([fileOf(), fileOf()]))).toBe('damaged');
  });

  test('of a newer format is named as one, and something else as something else', () => {
    expect(problemOf(Buffer.from('CONFMAN BACKUP 2\n{"other":true}\n'))).toBe('newer-format');
    for (const other of ['', 'SQLite format 3\0', 'CONFMAN BACKUP one\n', 'CONFMAN BACKUP 01\n', '{}\n'])
      expect([other, problemOf(Buffer.from(other))]).toEqual([other, 'foreign']);
    expect(problemOf(Buffer.from('CONFMAN BACKUP 1\n{"groups":[]}\n'))).toBe('damaged');
    expect(problemOf(Buffer.from('CONFMAN BACKUP 1\nnothing\n'))).toBe('damaged');
  });
});
