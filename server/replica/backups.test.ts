import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { StateCorruptionError } from '../state/errors.ts';
import { FIRST_REGISTRY, type Registry } from '../shards/registry.ts';
import { type BackupMoment, backupMoment } from './backup-moment.ts';
import { Backups, type BackupsOptions } from './backups.ts';
import { CopySpaceError } from './copy-thread-client.ts';
import type { BackupCopy } from './file-state-storage.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'confman-backups-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function copyOf(group: string): BackupCopy {
  const path = join(dir, group);
  writeFileSync(path, group);
  return {
    path,
    applied: { term: 2, index: 7 },
    confState: { voters: ['n1@1'], learners: [], votersOutgoing: [], learnersNext: [], autoLeave: false },
    identity: { group, clusterId: '0a0b0c0d', lineages: [{ id: '00000001', forkIndex: null }] },
    sizeBytes: group.length,
    sha256: '0'.repeat(64),
    stateHash: '1'.repeat(64),
  };
}

function backups(options: Partial<BackupsOptions> = {}): { readonly made: Backups; readonly damaged: string[] } {
  const damaged: string[] = [];
  const made = new Backups({
    node: 'n1',
    clusterName: 'confman',
    version: '0',
    groups: () => [
      { group: 'default', sizeBytes: 100 },
      { group: 'payments', sizeBytes: 50 },
    ],
    moment: () => ({ epoch: 0, missing: [], moving: false }),
    copy: (group) => Promise.resolve(copyOf(group)),
    freeBytes: () => 1_000,
    reserveBytes: 500,
    wallMs: () => 0,
    logger: () => undefined,
    damaged: (group) => void damaged.push(group),
    ...options,
  });
  return { made, damaged };
}

describe('what a backup of several groups means together', () => {
  const quiet: BackupMoment = { epoch: 3, missing: [], moving: false };

  test('is not made while namespaces are on their way, nor without a group', async () => {
    expect(await backups({ moment: () => ({ ...quiet, moving: true }) }).made.begin('a')).toEqual({ kind: 'moving' });
    const incomplete = backups({ moment: () => ({ ...quiet, missing: ['orders'] }) });
    expect(await incomplete.made.begin('a')).toEqual({ kind: 'incomplete', missing: ['orders'] });
  });

  test('is given up when something has changed hands between its copies, and leaves nothing', async () => {
    let epoch = 3;
    const { made } = backups({
      moment: () => ({ ...quiet, epoch }),
      copy: (group) => {
        epoch += 1;
        return Promise.resolve(copyOf(group));
      },
    });
    expect(await made.begin('a')).toEqual({ kind: 'moving' });
    expect(existsSync(join(dir, 'default'))).toBe(false);
    expect(await made.begin('b')).not.toEqual({ kind: 'busy' });
  });

  test('is judged by the registry that this node has applied', () => {
    const group = { members: null, createdEpoch: 1, createdIndex: 5, first: [], level: 2 } as const;
    const range = [{ prefix: 'a', except: [], partitions: null }];
    const registry: Registry = {
      ...FIRST_REGISTRY,
      epoch: 3,
      groups: [...FIRST_REGISTRY.groups, { ...group, id: 'g', state: 'active' }, { ...group, id: 'old', state: 'retired' }],
      ledger: [{ move: 'm1-1', from: 'default', to: 'g', range, fromFinalIndex: 9, toStartIndex: 4, epoch: 2 }],
    };
    const applied = (g: number | null) => (id: string) => (id === 'g' ? g : id === 'old' ? null : 20);
    expect(backupMoment(null, () => null)).toEqual({ epoch: 0, missing: [], moving: false });
    expect(backupMoment(registry, applied(4))).toEqual(quiet);
    expect(backupMoment(registry, applied(3)).moving).toBe(true);
    expect(backupMoment(registry, applied(null)).missing).toEqual(['g']);
    const move = { id: 'm3-1', from: 'default', to: 'g', range, epoch: 3, abort: false } as const;
    expect(backupMoment({ ...registry, moves: [{ ...move, phase: 'announced' }] }, applied(4)).moving).toBe(true);
    expect(backupMoment({ ...registry, moves: [{ ...move, phase: 'voided' }] }, applied(4)).moving).toBe(false);
  });
});

describe('backups', () => {
  test('hold every group as it was copied, one backup at a time until it is let go of', async () => {
    const { made } = backups();
    const begun = await made.begin('a');
    expect(begun).toMatchObject({ kind: 'ready', paths: [join(dir, 'default'), join(dir, 'payments')] });
    expect(begun.kind === 'ready' && begun.header.groups).toMatchObject([
      { group: 'default', term: 2, index: 7, bytes: 7 },
      { group: 'payments', term: 2, index: 7, bytes: 8 },
    ]);
    expect(await made.begin('b')).toEqual({ kind: 'busy' });
    made.end('b');
    expect(await made.begin('b')).toEqual({ kind: 'busy' });
    made.end('a');
    expect((await made.begin('b')).kind).toBe('ready');
  });

  test('that nobody wants any more leave no file and no place taken', async () => {
    let copied = (): void => undefined;
    const signals: AbortSignal[] = [];
    const { made } = backups({
      copy: (group, signal) => {
        signals.push(signal);
        return new Promise((resolve) => (copied = () => resolve(copyOf(group))));
      },
    });
    const begun = made.begin('a');
    made.end('a');
    expect(signals[0]?.aborted).toBe(true);
    // Still being copied: the disk is not to be asked for a second one.
    expect(await made.begin('b')).toEqual({ kind: 'busy' });
    copied();
    expect(await begun).toEqual({ kind: 'aborted' });
    expect(existsSync(join(dir, 'default'))).toBe(false);
    const second = made.begin('b');
    expect(signals).toHaveLength(2);
    made.end('b');
    copied();
    expect(await second).toEqual({ kind: 'aborted' });
  });

  test('are refused before they fill the disk, and when they do all the same', async () => {
    expect(await backups({ freeBytes: () => 649 }).made.begin('a')).toEqual({ kind: 'no-space', neededBytes: 650, freeBytes: 649 });
    expect((await backups({ freeBytes: () => 650 }).made.begin('a')).kind).toBe('ready');
    const full = (group: string): Promise<BackupCopy> =>
      group === 'default' ? Promise.resolve(copyOf(group)) : Promise.reject(new CopySpaceError('full'));
    const { made } = backups({ copy: full });
    expect(await made.begin('a')).toMatchObject({ kind: 'no-space' });
    expect(existsSync(join(dir, 'default'))).toBe(false);
    expect(await made.begin('b')).toMatchObject({ kind: 'no-space' });
  });

  test('that find damage take that replica out of service', async () => {
    const bad = (group: string): Promise<BackupCopy> =>
      group === 'default' ? Promise.resolve(copyOf(group)) : Promise.reject(new StateCorruptionError('a value'));
    const { made, damaged } = backups({ copy: bad });
    expect(await made.begin('a')).toEqual({ kind: 'not-ready' });
    expect(damaged).toEqual(['payments']);
    expect(await backups({ groups: () => [] }).made.begin('a')).toEqual({ kind: 'not-ready' });
  });
});
