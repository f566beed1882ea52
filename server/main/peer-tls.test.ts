import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { PeerTls } from '../peers/types.ts';
import { reloadTls } from './peer-tls.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'confman-tls-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function reload(take: (tls: PeerTls) => void): readonly string[] {
  const events: string[] = [];
  const files = { certFile: join(dir, 'cert'), keyFile: join(dir, 'key'), caFile: join(dir, 'ca') };
  reloadTls({ reloadTls: take }, files, (_level, event) => void events.push(event));
  return events;
}

function write(...names: readonly string[]): void {
  for (const name of names) writeFileSync(join(dir, name), name);
}

describe('renewed certificates between nodes', () => {
  test('are taken over when all are there', () => {
    write('cert', 'key', 'ca');
    const taken: PeerTls[] = [];
    expect(reload((tls) => void taken.push(tls))).toEqual([]);
    expect(taken).toEqual([{ cert: 'cert', key: 'key', ca: 'ca' }]);
  });

  test('end nothing while a file is away', () => {
    write('cert', 'ca');
    const taken: PeerTls[] = [];
    expect(reload((tls) => void taken.push(tls))).toEqual(['peer-tls-not-reloaded']);
    expect(taken).toEqual([]);
  });

  test('end nothing while certificate and key do not fit together', () => {
    write('cert', 'key', 'ca');
    const refuse = (): never => {
      throw new Error('key values mismatch');
    };
    expect(reload(refuse)).toEqual(['peer-tls-not-reloaded']);
  });
});
