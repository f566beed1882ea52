/** A watch consumer: goes on after the last event that it saw, at another node, whenever its stream ends or it is cut off. */
import { createParser } from 'eventsource-parser';
import type { RealCluster } from '../cluster/cluster.ts';
import type { NodeProcess } from '../cluster/node-process.ts';
import type { Seeded } from '../cluster/seeded.ts';
import { until } from '../cluster/until.ts';
import { keyName } from './recorder.ts';
import type { Recorder, Watched } from './recorder.ts';

/** A stream is left after a time between these, so that going on is what happens most. */
const STREAM_MS = { min: 300, max: 3_000 };
const PAUSE_MS = 50;
const CATCH_UP_MS_MAX = 60_000;

export interface ConsumerOptions {
  readonly name: string;
  readonly cluster: RealCluster;
  readonly recorder: Recorder;
  readonly seeded: Seeded;
  readonly since: string;
  /** Number of the node that it starts with. */
  readonly first: number;
}

interface ChangeData {
  readonly version: string;
  readonly changes: readonly {
    readonly namespace: string;
    readonly key: string | null;
    readonly value?: string | null;
    readonly revision: number | null;
  }[];
}

export class Consumer {
  readonly #options: ConsumerOptions;
  readonly #watched: Watched;
  readonly #run: Promise<void>;
  #last: string;
  #going = true;

  private constructor(options: ConsumerOptions) {
    this.#options = options;
    this.#watched = { consumer: options.name, events: [], since: options.since, resumed: 0 };
    options.recorder.watched.push(this.#watched);
    this.#last = options.since;
    this.#run = this.#follow();
  }

  static start(options: ConsumerOptions): Consumer {
    return new Consumer(options);
  }

  abandon(): void {
    this.#going = false;
  }

  async end(version: string): Promise<void> {
    try {
      const seen = (): boolean => this.#watched.events.some((event) => event.version === version);
      await until(`${this.#watched.consumer} has seen ${version}, having seen ${this.#last}`, seen, CATCH_UP_MS_MAX);
    } finally {
      this.#going = false;
      await this.#run;
    }
  }

  async #follow(): Promise<void> {
    const { cluster, seeded, first, recorder } = this.#options;
    for (let turn = first; this.#going; turn += 1) {
      const node = cluster.nodes[turn % cluster.nodes.length] as NodeProcess;
      const signal = AbortSignal.timeout(STREAM_MS.min + seeded.below(STREAM_MS.max - STREAM_MS.min));
      try {
        await this.#stream(node, signal);
      } catch {
        // Cut off, or nobody there: the next node will know.
      }
      this.#watched.resumed += 1;
      recorder.count('watch resumed');
      await new Promise((resolve) => {
        setTimeout(resolve, PAUSE_MS);
      });
    }
  }

  async #stream(node: NodeProcess, signal: AbortSignal): Promise<void> {
    const { cluster, recorder } = this.#options;
    const response = await fetch(`${node.url}/api/v1/watch?values=true&maxWait=1s`, {
      headers: { authorization: `Bearer ${cluster.adminKey}`, 'last-event-id': this.#last },
      signal,
    });
    if (response.status !== 200 || response.body === null) {
      if (response.status !== 503)
        recorder.unlikely(
          `${this.#watched.consumer} at ${node.id} was answered with ${response.status}: ${(await response.text()).slice(0, 300)}`,
        );
      await response.body?.cancel();
      return;
    }
    const parser = createParser({ onEvent: ({ event, id, data }) => this.#take(node, event ?? '', id ?? '', data) });
    const text = new TextDecoder();
    for await (const bytes of response.body as unknown as AsyncIterable<Uint8Array>) {
      parser.feed(text.decode(bytes, { stream: true }));
      if (!this.#going) return;
    }
  }

  #take(node: NodeProcess, event: string, id: string, data: string): void {
    const { recorder } = this.#options;
    recorder.count(`watch ${event}`);
    if (event === 'bookmark') this.#last = id === '' ? this.#last : id;
    else if (event === 'change') {
      this.#last = id;
      const { version, changes } = JSON.parse(data) as ChangeData;
      this.#watched.events.push({
        version,
        changes: changes.map(({ namespace, key, value, revision }) => ({
          key: keyName(namespace, key ?? ''),
          value: value ?? null,
          revision,
        })),
      });
    } else recorder.unlikely(`${this.#watched.consumer} at ${node.id} got ${event}: ${data.slice(0, 200)}`);
  }
}
