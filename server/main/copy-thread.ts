/** Entry of a copy thread: one job, one answer. */
import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync, rmSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import type { BackupCopyFacts, CopyFacts, CopyJob, CopyReply } from '../replica/copy-thread-client.ts';
import type { HashJobData, HashMessage } from '../replica/hash-jobs.ts';
import { copyTo, StateSnapshot, verifyAndHash, verifyCopy } from '../state/copy.ts';
import { StateCorruptionError } from '../state/errors.ts';

const PIECE_BYTES = 1024 * 1024;

function run(job: CopyJob): CopyReply {
  try {
    return { ok: true, facts: doJob(job) };
  } catch (error) {
    return { ok: false, problem: problemOf(error), message: error instanceof Error ? error.message : String(error) };
  }
}

function doJob(job: CopyJob): CopyFacts | BackupCopyFacts {
  switch (job.type) {
    case 'copy':
      return copyTo(job.from, job.to);
    case 'backup':
      return backupTo(job.from, job.to);
    case 'verify':
      return verifyCopy(job.path);
  }
}

function backupTo(from: string, to: string): BackupCopyFacts {
  copyTo(from, to);
  try {
    return { ...verifyAndHash(to), sha256: fileHash(to) };
  } catch (error) {
    rmSync(to, { force: true });
    throw error;
  }
}

function fileHash(path: string): string {
  const hash = createHash('sha256');
  const piece = Buffer.alloc(PIECE_BYTES);
  const file = openSync(path, 'r');
  try {
    for (;;) {
      const bytes = readSync(file, piece, 0, piece.length, null);
      if (bytes === 0) return hash.digest('hex');
      hash.update(piece.subarray(0, bytes));
    }
  } finally {
    closeSync(file);
  }
}

function problemOf(error: unknown): Extract<CopyReply, { ok: false }>['problem'] {
  if (error instanceof StateCorruptionError) return 'damaged';
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return code === 'SQLITE_FULL' || code === 'ENOSPC' ? 'no-space' : 'other';
}

/** Opens the state, says so, and hashes it as it is when told to begin. */
function serveHash({ path }: HashJobData): void {
  const tell = (message: HashMessage): void => parentPort?.postMessage(message);
  const state = new StateSnapshot(path);
  parentPort?.once('message', () => {
    try {
      tell({ type: 'begun', position: state.begin() });
      tell({ type: 'hashed', ...state.hash() });
    } catch (error) {
      tell({
        type: 'failed',
        damaged: error instanceof StateCorruptionError,
        message: error instanceof Error ? error.message : String(error),
      });
    } finally {
      state.close();
    }
  });
  tell({ type: 'ready' });
}

const job = workerData as CopyJob | HashJobData;
if (job.type === 'hash') serveHash(job);
else parentPort?.postMessage(run(job));
