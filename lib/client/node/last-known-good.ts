/**
 * The last-known-good file: what the cluster answered last, so that a service starts while the cluster is down.
 *
 * One JSON document of a header and the kept answers, in the order of their use, with a checksum over them. It is written
 * as a whole, some time after the last change. A file that is damaged, or that belongs to another key or cluster, counts as empty.
 */
import { createHash } from 'node:crypto';
import { readFileIfAny, replaceFile } from './atomic-file.ts';
import type { AnswerCache, KeptAnswer } from '../cache.ts';

export interface LastKnownGoodOptions {
  readonly file: string;
  /** Whose answers these are: the API key and whatever else decides what may be read. Only its hash is stored. */
  readonly scope: string;
  /** Bound on the answers in the file; those used longest ago go first. */
  readonly bytesMax?: number | undefined;
  /** Time after a change before the file is written. */
  readonly delayMs?: number | undefined;
  readonly onError?: ((error: unknown) => void) | undefined;
}

interface Kept {
  readonly answer: KeptAnswer;
  /** In the file. */
  readonly bytes: number;
}

const format = 'confman-last-known-good-1';
const bytesMaxDefault = 64 * 1024 * 1024;

export class LastKnownGood implements AnswerCache {
  readonly #options: LastKnownGoodOptions;
  readonly #bytesMax: number;
  /** From the one used longest ago to the one used last. */
  readonly #kept = new Map<string, Kept>();
  #bytes = 0;
  #timer: NodeJS.Timeout | null = null;

  constructor(options: LastKnownGoodOptions) {
    this.#options = options;
    this.#bytesMax = options.bytesMax ?? bytesMaxDefault;
    for (const answer of this.#read()) this.#keep(answer);
  }

  load(path: string): Promise<KeptAnswer | null> {
    return Promise.resolve(this.#kept.get(path)?.answer ?? null);
  }

  store(answer: KeptAnswer): Promise<void> {
    this.#keep(answer);
    this.#writeSoon();
    return Promise.resolve();
  }

  drop(pathPrefix: string): Promise<void> {
    const paths = [...this.#kept.keys()].filter((path) => path.startsWith(pathPrefix));
    for (const path of paths) this.#forget(path);
    // At once: after a crash the file must not bring back what a write has made wrong.
    if (paths.length > 0) this.flush();
    return Promise.resolve();
  }

  /** Writes what is not written yet. To be called before the process ends. */
  flush(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    try {
      replaceFile(this.#options.file, this.#encode());
    } catch (error) {
      this.#options.onError?.(error);
    }
  }

  #writeSoon(): void {
    this.#timer ??= setTimeout(() => {
      this.flush();
    }, this.#options.delayMs ?? 1000).unref();
  }

  #keep(answer: KeptAnswer): void {
    this.#forget(answer.path);
    const bytes = Buffer.byteLength(JSON.stringify(answer)) + 1;
    this.#kept.set(answer.path, { answer, bytes });
    this.#bytes += bytes;
    for (const path of this.#kept.keys()) {
      if (this.#bytes <= this.#bytesMax) return;
      this.#forget(path);
    }
  }

  #forget(path: string): void {
    const known = this.#kept.get(path);
    if (known === undefined) return;
    this.#kept.delete(path);
    this.#bytes -= known.bytes;
  }

  #encode(): string {
    const answers = JSON.stringify([...this.#kept.values()].map(({ answer }) => answer));
    return `${JSON.stringify({ format, scope: sha256(this.#options.scope), checksum: sha256(answers) })}\n${answers}\n`;
  }

  #read(): readonly KeptAnswer[] {
    try {
      const text = readFileIfAny(this.#options.file);
      if (text === null) return [];
      const end = text.indexOf('\n');
      const answers = text.slice(end + 1, -1);
      const header: unknown = JSON.parse(text.slice(0, end));
      const expected = { format, scope: sha256(this.#options.scope), checksum: sha256(answers) };
      if (isOtherFormat(header)) throw new Error(`${this.#options.file} has another format than ${format}: it counts as empty`);
      if (JSON.stringify(header) !== JSON.stringify(expected)) return [];
      // The checksum says that this is what `#encode` wrote.
      return JSON.parse(answers) as readonly KeptAnswer[];
    } catch (error) {
      this.#options.onError?.(error);
      return [];
    }
  }
}

/** Written by another version: what the cluster said cannot be read out of it, and its owner should know why. */
function isOtherFormat(header: unknown): boolean {
  return typeof header === 'object' && header !== null && 'format' in header && header.format !== format;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
