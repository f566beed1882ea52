import { Worker } from 'node:worker_threads';
import type { LogPosition } from '../../lib/contract/model.ts';
import type { ConfState } from '../raft/types.ts';
import { StateCorruptionError } from '../state/errors.ts';
import type { StateIdentity } from '../state/types.ts';

/** What a copy thread says of a copy. */
export interface CopyFacts {
  readonly applied: LogPosition;
  readonly confState: ConfState;
  readonly identity: StateIdentity;
}

/** What it says of a copy for a backup: proven whole, and hashed as a file and by its content. */
export interface BackupCopyFacts extends CopyFacts {
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly stateHash: string;
}

/** What a copy thread is told to do. */
export type CopyJob =
  | { readonly type: 'copy'; readonly from: string; readonly to: string }
  | { readonly type: 'backup'; readonly from: string; readonly to: string }
  | { readonly type: 'verify'; readonly path: string };

export type CopyReply =
  | { readonly ok: true; readonly facts: CopyFacts | BackupCopyFacts }
  | { readonly ok: false; readonly problem: 'damaged' | 'no-space' | 'other'; readonly message: string };

/** There was no room for the copy; nothing of it is left. */
export class CopySpaceError extends Error {
  override readonly name = 'CopySpaceError';
}

/** Copies and checks whole state databases away from the threads that serve. */
export interface CopyThread {
  /** Writes a consistent copy of the live database `from` to the new file `to`. */
  copy(from: string, to: string): Promise<CopyFacts>;
  /**
   * Writes a consistent copy like `copy`, proves it and hashes it. Ends early when `signal` is aborted.
   * @throws StateCorruptionError when the state is damaged, CopySpaceError when the disk is full
   */
  backup(from: string, to: string, signal: AbortSignal): Promise<BackupCopyFacts>;
  /** Checks a whole copy. @throws Error when it is damaged or no state */
  verify(path: string): Promise<CopyFacts>;
}

/** One worker per job; the caller keeps their number down. */
export class WorkerCopyThread implements CopyThread {
  readonly #script: URL;

  /** @param script the built `copy-thread` entry */
  constructor(script: URL) {
    this.#script = script;
  }

  copy(from: string, to: string): Promise<CopyFacts> {
    return this.#run({ type: 'copy', from, to });
  }

  backup(from: string, to: string, signal: AbortSignal): Promise<BackupCopyFacts> {
    return this.#run({ type: 'backup', from, to }, signal) as Promise<BackupCopyFacts>;
  }

  verify(path: string): Promise<CopyFacts> {
    return this.#run({ type: 'verify', path });
  }

  #run(job: CopyJob, signal?: AbortSignal): Promise<CopyFacts> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) return reject(new Error('the copy is not wanted any more'));
      const worker = new Worker(this.#script, { workerData: job });
      // A statement of SQLite that runs is ended first; `exit` then says that it is over.
      const end = (): void => void worker.terminate();
      signal?.addEventListener('abort', end, { once: true });
      worker.once('message', (reply: CopyReply) => {
        if (reply.ok) resolve(reply.facts);
        else reject(errorOf(reply));
      });
      worker.once('error', reject);
      worker.once('exit', (code) => {
        signal?.removeEventListener('abort', end);
        reject(new Error(`the copy thread ended with ${code} and no answer`));
      });
    });
  }
}

function errorOf({ problem, message }: Extract<CopyReply, { ok: false }>): Error {
  switch (problem) {
    case 'damaged':
      return new StateCorruptionError(message);
    case 'no-space':
      return new CopySpaceError(message);
    case 'other':
      return new Error(message);
  }
}
