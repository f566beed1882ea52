/** Long reads on a thread of their own: searches, exports, audit scans, hashes. */
import type { MessagePort } from 'node:worker_threads';
import { StateCorruptionError } from '../state/errors.ts';
import type { Query, QueryName, ReadAnswer, StateReader } from '../state/types.ts';

interface ScanQuestion {
  readonly id: number;
  readonly path: string;
  readonly generation: number;
  readonly query: Query;
}

interface ScanReply {
  readonly id: number;
  readonly answer: ReadAnswer<QueryName> | null;
  readonly error: { readonly kind: 'corruption' | 'other'; readonly message: string } | null;
}

/** Questions under way from one thread; more are refused at once. */
const SCANS_MAX = 256;

/** Too many long reads at a time. */
export class ScanBusyError extends Error {
  override readonly name = 'ScanBusyError';
}

export class ScanClient {
  readonly #port: MessagePort;
  readonly #asked = new Map<number, { resolve(answer: never): void; reject(error: Error): void }>();
  #nextId = 1;

  constructor(port: MessagePort) {
    this.#port = port;
    port.on('message', (reply: ScanReply) => this.#received(reply));
  }

  #received({ id, answer, error }: ScanReply): void {
    const asked = this.#asked.get(id);
    this.#asked.delete(id);
    if (error === null) asked?.resolve(answer as never);
    else asked?.reject(error.kind === 'corruption' ? new StateCorruptionError(error.message) : new Error(error.message));
  }

  scan<N extends QueryName>(path: string, generation: number, query: Query<N>): Promise<ReadAnswer<N>> {
    if (this.#asked.size >= SCANS_MAX) return Promise.reject(new ScanBusyError(`more than ${SCANS_MAX} searches at a time`));
    const id = this.#nextId;
    this.#nextId += 1;
    return new Promise((resolve, reject) => {
      this.#asked.set(id, { resolve, reject });
      this.#port.postMessage({ id, path, generation, query: query as Query } satisfies ScanQuestion);
    });
  }

  close(): void {
    for (const asked of this.#asked.values()) asked.reject(new Error('the node stops'));
    this.#asked.clear();
    this.#port.close();
  }
}

/** The reader thread's side: keeps one connection per state file, the newest generation of each. */
export class ScanServer {
  readonly #openReader: (path: string) => StateReader;
  readonly #readers = new Map<string, StateReader>();

  constructor(openReader: (path: string) => StateReader) {
    this.#openReader = openReader;
  }

  serve(port: MessagePort): void {
    port.on('message', (question: ScanQuestion) => port.postMessage(this.#answer(question)));
  }

  #answer({ id, path, query }: ScanQuestion): ScanReply {
    try {
      return { id, answer: this.#reader(path).read(query), error: null };
    } catch (error) {
      return {
        id,
        answer: null,
        error: {
          kind: error instanceof StateCorruptionError ? 'corruption' : 'other',
          message: String(error instanceof Error ? error.message : error),
        },
      };
    }
  }

  #reader(path: string): StateReader {
    const open = this.#readers.get(path);
    if (open !== undefined) return open;
    // A new generation is a new file; the connections to older ones are of no more use.
    for (const reader of this.#readers.values()) reader.close();
    this.#readers.clear();
    const reader = this.#openReader(path);
    this.#readers.set(path, reader);
    return reader;
  }
}
