import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { readCheckedJson, writeCheckedJson } from './checked-json.ts';
import { freeBytes, makeDirDurable, removeDurable, renameDurable, writeFileDurable } from './durable.ts';
import { DataDirError } from './errors.ts';
import { readIdentity, writeIdentity } from './identity-file.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'confman-disk-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

describe('durable files', () => {
  test('are replaced as a whole and leave nothing beside them', () => {
    const path = join(dir, 'a');
    writeFileDurable(path, 'one');
    writeFileDurable(path, new Uint8Array([116, 119, 111]));
    expect(readFileSync(path, 'utf8')).toBe('two');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(dir)).toEqual(['a']);
  });

  test('leave the old bytes and nothing beside them when the new ones cannot take their place', () => {
    const path = join(dir, 'taken');
    makeDirDurable(join(path, 'inside'));
    expect(() => writeFileDurable(path, 'x')).toThrow(/EISDIR|ENOTEMPTY|EEXIST/);
    expect(readdirSync(dir)).toEqual(['taken']);
  });

  test('are renamed and removed', () => {
    writeFileDurable(join(dir, 'a'), '1');
    makeDirDurable(join(dir, 'x', 'y'));
    renameDurable(join(dir, 'a'), join(dir, 'x', 'y', 'b'));
    expect(existsSync(join(dir, 'a'))).toBe(false);
    expect(readFileSync(join(dir, 'x', 'y', 'b'), 'utf8')).toBe('1');
    removeDurable(join(dir, 'x', 'y', 'b'));
    expect(readdirSync(join(dir, 'x', 'y'))).toEqual([]);
  });

  test('have a file system with a countable rest', () => {
    expect(freeBytes(dir)).toBeGreaterThan(0);
    expect(Number.isSafeInteger(freeBytes(dir))).toBe(true);
  });
});

describe('an identity', () => {
  const identity = { nodeId: 'n1', stage: 'draft', members: [{ id: 'n1@é', 2: 'b', 1: 'a' }], clusterId: null };
  const parse = (content: unknown): unknown => content;

  test('comes back as it was written, and is null before', () => {
    expect(readIdentity(dir, parse)).toBeNull();
    writeIdentity(dir, identity);
    expect(readIdentity(dir, parse)).toEqual(identity);
    writeIdentity(dir, { ...identity, stage: 'formed' });
    expect(readIdentity(dir, parse)).toEqual({ ...identity, stage: 'formed' });
  });

  test('is damaged with any bit flipped or any byte missing, and never something else', () => {
    const path = join(dir, 'identity.json');
    writeIdentity(dir, identity);
    const good = readFileSync(path);
    const kinds = new Set<string>();
    for (let at = 0; at < good.length; at += 1) {
      for (const bytes of [flipped(good, at, at % 8), good.subarray(0, at)]) {
        writeFileSync(path, bytes);
        try {
          // White space may change without harm: the last byte is a line end.
          expect(readIdentity(dir, parse)).toEqual(identity);
          expect(at).toBe(good.length - 1);
        } catch (error) {
          if (!(error instanceof DataDirError)) throw error;
          kinds.add(error.kind);
        }
      }
    }
    // A flipped bit in the format number is taken for a newer version: refused as well.
    expect([...kinds].sort()).toEqual(['damaged', 'newer-format']);
  });

  test('of a newer version is refused as such, and unfitting content as damage', () => {
    writeFileSync(join(dir, 'identity.json'), '{"format":2,"other":true}');
    expect(() => readIdentity(dir, parse)).toThrow(expect.objectContaining({ kind: 'newer-format' }));
    writeCheckedJson(join(dir, 'x.json'), 7);
    const unfitting = (): never => {
      throw new Error('no identity');
    };
    expect(() => readCheckedJson(join(dir, 'x.json'), unfitting)).toThrow(expect.objectContaining({ kind: 'damaged' }));
  });
});

function flipped(bytes: Buffer, at: number, bit: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ (1 << bit);
  return copy;
}
