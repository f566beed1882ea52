import { Worker } from 'node:worker_threads';
import type { LogPosition } from '../../lib/contract/model.ts';
import type { ConfState } from '../raft/types.ts';
import type { StateIdentity } from '../state/types.ts';

export interface CopyFacts {
  readonly applied: LogPosition;
  readonly confState: ConfState;
  readonly identity: StateIdentity;
}

/** What a copy thread is told to do. */
export type CopyJob =
  | { readonly type: 'copy'; readonly from: string; readonly to: string }
  | { readonly type: 'verify'; readonly path: string };

export type CopyReply = { readonly ok: true; readonly facts: CopyFacts } | { readonly ok: false; readonly message: string };

/** Copies and checks whole state databases away from the threads that serve. */
export interface CopyThread {
  /** Writes a consistent copy of the live database `from` to the new file `to`. */
  copy(from: string, to: string): Promise<CopyFacts>;
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

  verify(path: string): Promise<CopyFacts> {
    return this.#run({ type: 'verify', path });
  }

  #run(job: CopyJob): Promise<CopyFacts> {
    return new Promise((resolve, reject) => {
      const worker = new Worker(this.#script, { workerData: job });
      worker.once('message', (reply: CopyReply) => {
        if (reply.ok) resolve(reply.facts);
        else reject(new Error(reply.message));
      });
      worker.once('error', reject);
      worker.once('exit', (code) => reject(new Error(`the copy thread ended with ${code} and no answer`)));
    });
  }
}
