/** The side of a backup that streams it: over copies that the consensus thread has made (`backups.ts`). */
import { randomUUID } from 'node:crypto';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { backupBytes, encodeHead, encodeTail } from '../backup/format.ts';
import type { Backup, BackupOutcome } from '../engine/types.ts';
import type { BackupBegun } from './backups.ts';

const CHUNK_BYTES = 256 * 1024;

/** How to ask the consensus thread for the copies, and how to let go of them. */
export interface BackupRequests {
  readonly begin: (ticket: string) => Promise<BackupBegun>;
  readonly end: (ticket: string) => void;
}

/** A backup of this node, or why there is none now. */
export async function startBackup({ begin, end }: BackupRequests, signal: AbortSignal): Promise<BackupOutcome> {
  if (signal.aborted) return { kind: 'aborted' };
  const ticket = randomUUID();
  const cancel = (): void => end(ticket);
  signal.addEventListener('abort', cancel, { once: true });
  try {
    const begun = await begin(ticket);
    if (begun.kind === 'ready') return { kind: 'ready', backup: await openBackup(begun, cancel) };
    cancel();
    return begun;
  } catch (error) {
    cancel();
    throw error;
  } finally {
    signal.removeEventListener('abort', cancel);
  }
}

/**
 * Opens the copies and takes their names away: from here on they end with their handles.
 *
 * @param ended called once, when the backup was read or let go of
 */
async function openBackup(
  { header, paths }: Pick<Extract<BackupBegun, { kind: 'ready' }>, 'header' | 'paths'>,
  ended: () => void,
): Promise<Backup> {
  const files: FileHandle[] = [];
  let isOpen = true;
  const close = async (): Promise<void> => {
    if (!isOpen) return;
    isOpen = false;
    await Promise.all(files.map((file) => file.close()));
    ended();
  };
  try {
    for (const path of paths) {
      files.push(await open(path, 'r'));
      await rm(path);
    }
  } catch (error) {
    await Promise.all(paths.map((path) => rm(path, { force: true })));
    await close();
    throw error;
  }
  async function* chunks(): AsyncGenerator<Uint8Array> {
    try {
      const head = encodeHead(header);
      yield head;
      for (const file of files) yield* chunksOf(file);
      yield encodeTail(head);
    } finally {
      await close();
    }
  }
  return {
    clusterName: header.clusterName,
    groups: header.groups.map(({ group, term, index }) => ({ group, applied: { term, index } })),
    sizeBytes: backupBytes(header),
    chunks,
    close,
  };
}

async function* chunksOf(file: FileHandle): AsyncGenerator<Uint8Array> {
  for (;;) {
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(CHUNK_BYTES), 0, CHUNK_BYTES, null);
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
  }
}
