/**
 * Concurrent writers that know what they are owed: each repeats a write under its idempotency key until it is acknowledged,
 * and writes down what the acknowledgement said. Nobody else writes to the keys of a writer, so there is only one history
 * that its keys may have.
 */
import { randomBytes } from 'node:crypto';
import { entryPath } from '../../lib/contract/names.ts';
import type { RealCluster } from './cluster.ts';
import type { RawAnswer } from './http.ts';

const KEYS_PER_WRITER = 4;
const RETRY_MS = 50;

export interface Acknowledged {
  readonly value: string;
  readonly version: string;
  readonly token: string;
}

class Writer {
  readonly namespace: string;
  /** Per key, in order. */
  readonly written = new Map<string, Acknowledged[]>();
  readonly #load: Load;

  constructor(load: Load, name: string) {
    this.#load = load;
    this.namespace = `load/${name}`;
  }

  async run(): Promise<void> {
    for (let at = 0; this.#load.going; at += 1) {
      const key = `k${at % KEYS_PER_WRITER}`;
      await this.#write(key, `${at}-${randomBytes(30).toString('hex')}`);
      await this.#readBack(key);
    }
  }

  async #write(key: string, value: string): Promise<void> {
    const idempotencyKey = `${this.namespace} ${value}`;
    for (;;) {
      const answer = await this.#ask('PUT', key, { value }, { 'idempotency-key': idempotencyKey, 'x-confman-max-wait': '2s' });
      if (answer?.status === 200 || answer?.status === 201) {
        const before = this.written.get(key) ?? [];
        this.written.set(key, [...before, { value, version: String(answer.json['version']), token: answer.token }]);
        if (answer.json['revision'] !== before.length + 1)
          this.#load.blame(`revision ${String(answer.json['revision'])} instead of ${before.length + 1}`, answer);
        return;
      }
      if (answer !== null && answer.status !== 503 && answer.status !== 421) this.#load.blame('a write was refused', answer);
      await new Promise((resolve) => {
        setTimeout(resolve, RETRY_MS);
      });
    }
  }

  /** Whatever node answers: a read with the token shows the write, or says that it cannot. */
  async #readBack(key: string): Promise<void> {
    const last = this.written.get(key)?.at(-1);
    const answer = await this.#ask('GET', key, undefined, { 'x-confman-min-version': last?.token ?? '', 'x-confman-max-wait': '1s' });
    if (answer === null || answer.status === 503 || answer.status === 421) return;
    if (answer.status !== 200) this.#load.blame('a read with a token failed', answer);
    else if (answer.json['value'] !== last?.value || answer.json['version'] !== last?.version)
      this.#load.blame(`a read with token ${last?.token ?? ''} shows another state`, answer);
    else this.#load.readBack += 1;
  }

  async #ask(method: string, key: string, body: unknown, headers: Readonly<Record<string, string>>): Promise<RawAnswer | null> {
    try {
      return await this.#load.cluster.api(this.#load.someNode(), entryPath(this.namespace, key), {
        method,
        body,
        headers,
        timeoutMs: 10_000,
      });
    } catch {
      // Cut, refused, or without an answer: its fate is not known.
      return null;
    }
  }
}

export class Load {
  readonly cluster: RealCluster;
  readonly #writers: readonly Writer[];
  readonly #runs: readonly Promise<void>[];
  readonly #faults: string[] = [];
  #turn = 0;
  going = true;
  /** Reads with a token that were answered with the value. */
  readBack = 0;

  private constructor(cluster: RealCluster, writers: number) {
    this.cluster = cluster;
    this.#writers = Array.from({ length: writers }, () => new Writer(this, randomBytes(4).toString('hex')));
    this.#runs = this.#writers.map(async (writer) => writer.run());
  }

  static begin(cluster: RealCluster, writers: number): Load {
    return new Load(cluster, writers);
  }

  /** Every answer that no fault excuses. */
  get faults(): readonly string[] {
    return this.#faults;
  }

  get acknowledged(): number {
    let sum = 0;
    for (const { written } of this.#writers) for (const list of written.values()) sum += list.length;
    return sum;
  }

  /** What every node must show: per namespace and key. */
  *entries(): Iterable<{ readonly namespace: string; readonly key: string; readonly written: readonly Acknowledged[] }> {
    for (const { namespace, written } of this.#writers) for (const [key, list] of written) yield { namespace, key, written: list };
  }

  someNode(): RealCluster['nodes'][number] {
    this.#turn += 1;
    return this.cluster.nodes[this.#turn % this.cluster.nodes.length] as RealCluster['nodes'][number];
  }

  blame(what: string, answer: RawAnswer): void {
    this.#faults.push(`${what}: ${answer.status} ${answer.version} ${answer.text.slice(0, 500)}`);
  }

  /** Lets every writer end the write that it is at: nothing is of unknown fate afterwards. */
  async end(): Promise<void> {
    this.going = false;
    await Promise.all(this.#runs);
  }
}
