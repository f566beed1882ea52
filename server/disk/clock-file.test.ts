import { mkdtempSync, openSync, closeSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ClockFile } from './clock-file.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'confman-clock-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function reopened(): number {
  const file = ClockFile.open(join(dir, 'clock'));
  try {
    return file.ms;
  } finally {
    file.close();
  }
}

function overwrite(at: number, bytes: Uint8Array): void {
  const fd = openSync(join(dir, 'clock'), 'r+');
  writeSync(fd, bytes, 0, bytes.length, at);
  closeSync(fd);
}

describe('the clock file', () => {
  test('holds what was saved last, and does not grow', () => {
    const file = ClockFile.open(join(dir, 'clock'));
    expect(file.ms).toBe(0);
    for (let ms = 1; ms < 8; ms += 1) {
      file.save(1_794_268_800_000 + ms);
      expect(reopened()).toBe(1_794_268_800_000 + ms);
    }
    expect(statSync(join(dir, 'clock'))).toMatchObject({ size: 8192, mode: 0o100600 });
    file.close();
  });

  test.each([0, 1])('holds the number before when the write of slot %d is torn', (slot) => {
    const file = ClockFile.open(join(dir, 'clock'));
    for (let n = 0; n <= slot; n += 1) file.save(1000 + n);
    file.save(5000 + slot);
    file.close();
    const bytes = readFileSync(join(dir, 'clock'));
    const at = bytes.readBigUInt64BE(8) > bytes.readBigUInt64BE(4096 + 8) ? 0 : 4096;
    overwrite(at + 12, new Uint8Array([1, 2, 3, 4]));
    expect(reopened()).toBe(1000 + slot);
  });

  test('is damaged when nothing in it can be read', () => {
    const file = ClockFile.open(join(dir, 'clock'));
    file.save(1000);
    file.close();
    overwrite(0, new Uint8Array([9, 9, 9, 9]));
    overwrite(4096, new Uint8Array([9]));
    expect(() => reopened()).toThrow(/clock is damaged/);
  });
});
