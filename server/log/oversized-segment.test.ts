import { mkdtempSync, readdirSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { FileLogStore } from './file-log-store.ts';
import { LogCorruptionError } from './types.ts';

test('a segment file larger than one read can take is damage, not a crash', () => {
  const dir = mkdtempSync(join(tmpdir(), 'confman-log-'));
  try {
    FileLogStore.open(dir).close();
    const [first = ''] = readdirSync(dir)
      .filter((name) => name.endsWith('.seg'))
      .toSorted();
    // A hole: it takes no space.
    truncateSync(join(dir, first), 2 ** 31 + 4096);
    expect(() => FileLogStore.open(dir)).toThrow(LogCorruptionError);
    expect(() => FileLogStore.open(dir)).toThrow(/more than any segment/);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});
