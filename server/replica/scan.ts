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

/** Connections that the reader thread keeps; the one used longest ago gives way. */
const READERS_MAX = 16;

/** The reader thread's side: keeps connections to the state files that are asked about, the newest generation of each. */
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
    if (open !== undefined) {
      // The order of the map is the order of use.
      this.#readers.delete(path);
      this.#readers.set(path, open);
      return open;
    }
    for (const known of this.#readers.keys()) {
      // A new generation is a new file; the connection to the older one is of no more use.
      const older = withoutGeneration(known) === withoutGeneration(path);
      if (older || this.#readers.size >= READERS_MAX) this.#close(known);
    }
    const reader = this.#openReader(path);
    this.#readers.set(path, reader);
    return reader;
  }

  #close(path: string): void {
    this.#readers.get(path)?.close();
    this.#readers.delete(path);
  }
}

function withoutGeneration(path: string): string {
  return path.replace(/-\d+\.db$/, '');
}
