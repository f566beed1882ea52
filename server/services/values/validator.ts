/** Judges values: small ones at once, large ones on a thread of their own, within a bounded time. */
import { Worker } from 'node:worker_threads';
import type { WorkerOptions } from 'node:worker_threads';
import type { EntryType } from '../../../lib/contract/model.ts';
import { valueFault } from './validate-value.ts';
import type { ValueFault } from './validate-value.ts';
import type { ValueQuestion } from './worker.ts';

/** JSON parses at some 100 MB/s, YAML a hundred times slower. */
const INLINE_CHARS_MAX: Readonly<Record<EntryType, number>> = {
  text: Infinity,
  number: Infinity,
  boolean: Infinity,
  json: 65_536,
  yaml: 4_096,
};

const JUDGE_MS_MAX = 5_000;
const TOO_LONG: ValueFault = { detail: 'it takes too long to check: make it smaller or store it as text', line: 1, column: 1, offset: 0 };

/** How to start the thread: the file of `worker.ts`, as built. */
export interface ValueThread {
  readonly url: URL;
  readonly options?: WorkerOptions | undefined;
}

interface Pending {
  readonly question: ValueQuestion;
  readonly resolve: (fault: ValueFault | null) => void;
}

export class ValueValidator {
  readonly #thread: ValueThread | null;
  #worker: Worker | null = null;
  #timer: NodeJS.Timeout | null = null;
  /** In order; the first is being judged. */
  readonly #queue: Pending[] = [];
  #questions = 0;
  #closed = false;

  /** @param thread null: everything is judged on the caller's thread */
  constructor(thread: ValueThread | null) {
    this.#thread = thread;
  }

  /** What is wrong with the value, or null. */
  async judge(type: EntryType, value: string): Promise<ValueFault | null> {
    if (this.#thread === null || this.#closed || value.length <= INLINE_CHARS_MAX[type]) return valueFault(type, value);
    this.#questions += 1;
    const question: ValueQuestion = { id: this.#questions, type, value };
    return new Promise((resolve) => {
      this.#queue.push({ question, resolve });
      if (this.#queue.length === 1) this.#ask();
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    const worker = this.#worker;
    this.#worker = null;
    if (this.#timer !== null) clearTimeout(this.#timer);
    for (const { question, resolve } of this.#queue.splice(0)) resolve(valueFault(question.type, question.value));
    await worker?.terminate();
  }

  #ask(): void {
    const first = this.#queue[0];
    if (first === undefined || this.#thread === null) return;
    this.#worker ??= this.#start(this.#thread);
    this.#worker.postMessage(first.question);
    this.#timer = setTimeout(() => this.#abandon(TOO_LONG), JUDGE_MS_MAX);
  }

  #start(thread: ValueThread): Worker {
    const worker = new Worker(thread.url, { ...thread.options, resourceLimits: { maxOldGenerationSizeMb: 512 } });
    worker.unref();
    worker.on('message', ({ id, fault }: { readonly id: number; readonly fault: ValueFault | null }) => {
      if (this.#worker === worker && this.#queue[0]?.question.id === id) this.#answer(fault);
    });
    // Out of memory, or a bug of the parser: the value cannot be judged, and the next one gets a new thread.
    worker.on('error', () => {
      if (this.#worker === worker) this.#abandon(TOO_LONG);
    });
    return worker;
  }

  #abandon(fault: ValueFault): void {
    const worker = this.#worker;
    this.#worker = null;
    void worker?.terminate();
    this.#answer(fault);
  }

  #answer(fault: ValueFault | null): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#queue.shift()?.resolve(fault);
    this.#ask();
  }
}
