/** Hashes of whole states, each in a thread of its own: opened beforehand, begun at a moment that the owner chooses. */
import { Worker } from 'node:worker_threads';
import type { LogPosition } from '../../lib/contract/model.ts';
import { StateCorruptionError } from '../state/errors.ts';

/** What a hash thread is started with. */
export interface HashJobData {
  readonly type: 'hash';
  readonly path: string;
}

export type HashMessage =
  | { readonly type: 'ready' }
  /** Its read transaction stands: later changes of the state are not seen. */
  | { readonly type: 'begun'; readonly position: LogPosition }
  | { readonly type: 'hashed'; readonly hash: string; readonly scheme: string }
  | { readonly type: 'failed'; readonly damaged: boolean; readonly message: string };

/** A state that is open and waits for the moment. */
export interface HashJob {
  /** Takes the state as it is now. Resolves with its position as soon as changes no longer matter. */
  begin(): Promise<LogPosition>;
  /** @throws StateCorruptionError when a value does not match its own hash */
  readonly result: Promise<{ readonly hash: string; readonly scheme: string }>;
  cancel(): void;
}

/** What comparing states needs of the files. */
export interface StateHashes {
  /** Opens the state of a group, on another thread. */
  prepare(group: string): Promise<HashJob>;
  /** Remembers durably that this replica's state is wrong: it is not opened any more. */
  markDiverged(group: string, reason: string): void;
}

/** @param script the built `copy-thread` entry */
export function startHashJob(script: URL, path: string): Promise<HashJob> {
  const data: HashJobData = { type: 'hash', path };
  const worker = new Worker(script, { workerData: data });
  const begun = defer<LogPosition>();
  const result = defer<{ readonly hash: string; readonly scheme: string }>();
  const job: HashJob = {
    begin: () => {
      worker.postMessage('begin');
      return begun.promise;
    },
    result: result.promise,
    cancel: () => void worker.terminate(),
  };
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => {
      reject(error);
      begun.reject(error);
      result.reject(error);
    };
    worker.on('message', (message: HashMessage) => {
      if (message.type === 'ready') resolve(job);
      else if (message.type === 'begun') begun.resolve(message.position);
      else if (message.type === 'hashed') result.resolve(message);
      else fail(message.damaged ? new StateCorruptionError(message.message) : new Error(message.message));
    });
    worker.once('error', fail);
    worker.once('exit', () => fail(new Error('the hash was given up')));
  });
}

interface Deferred<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (error: Error) => void;
}

function defer<T>(): Deferred<T> {
  let [resolve, reject]: [(value: T) => void, (error: Error) => void] = [() => undefined, () => undefined];
  const promise = new Promise<T>((yes, no) => ([resolve, reject] = [yes, no]));
  // Whoever waits for it hears of a failure; where nobody does, none is missed.
  promise.catch(() => undefined);
  return { promise, resolve, reject };
}
