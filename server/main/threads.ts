/** Starts the threads of a node and connects them: who talks to whom over which port. */
import { fileURLToPath } from 'node:url';
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads';
import type { NodeSettings } from '../config/node-settings.ts';
import { EngineClient } from '../replica/engine-client.ts';
import type { EngineClientInit } from '../replica/protocol.ts';
import { ScanClient } from '../replica/scan.ts';
import { SqliteStateReader } from '../state/sqlite-state-reader.ts';
import type { ConsensusThreadData, FromConsensus, ToConsensus } from './thread-messages.ts';

export interface ThreadsOptions {
  readonly settings: NodeSettings;
  readonly secret: string;
  readonly seedKeyHash: string;
  readonly version: string;
  readonly onLog: (message: Extract<FromConsensus, { type: 'log' }>) => void;
  readonly onSeeded: () => void;
  /** The node was removed from its cluster, now or before it was started: it has to stop. */
  readonly onRemoved: (reason: string) => void;
  /** The node cannot go on; the process has to end now. */
  readonly onFatal: (message: string) => void;
}

/** The ends of the ports that another thread is given to become an engine client. */
export interface ClientPorts {
  readonly enginePort: MessagePort;
  readonly scanPort: MessagePort;
  readonly init: EngineClientInit;
}

const script = (name: string): URL => new URL(`./${name}.mjs`, import.meta.url);

export class NodeThreads {
  readonly #consensus: Worker;
  readonly #reader: Worker;
  readonly #options: ThreadsOptions;
  readonly #connecting = new Map<number, (init: EngineClientInit) => void>();
  #nextId = 1;
  #started: (() => void) | null = null;
  #stopped: (() => void) | null = null;
  #ending = false;

  constructor(options: ThreadsOptions) {
    this.#options = options;
    const { settings, secret, seedKeyHash, version } = options;
    const data: ConsensusThreadData = { settings, secret, seedKeyHash, version, copyScript: fileURLToPath(script('copy-thread')) };
    this.#consensus = new Worker(script('consensus-thread'), { workerData: data, name: 'consensus' });
    this.#reader = new Worker(script('reader-thread'), { name: 'reader' });
    this.#consensus.on('message', (message: FromConsensus) => this.#receive(message));
    for (const [name, worker] of [
      ['consensus', this.#consensus],
      ['reader', this.#reader],
    ] as const) {
      worker.on('error', (error) =>
        options.onFatal(`the ${name} thread failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`),
      );
      worker.on('exit', (code) => {
        if (!this.#ending) options.onFatal(`the ${name} thread ended with ${code}`);
      });
    }
  }

  #receive(message: FromConsensus): void {
    switch (message.type) {
      case 'log':
        return this.#options.onLog(message);
      case 'connected':
        this.#connecting.get(message.id)?.(message.init);
        this.#connecting.delete(message.id);
        return;
      case 'seeded':
        return this.#options.onSeeded();
      case 'removed':
        return this.#options.onRemoved(message.reason);
      case 'started':
        return this.#started?.();
      case 'fatal':
        return this.#options.onFatal(message.message);
      case 'stopped':
        return this.#stopped?.();
    }
  }

  /** Resolves when the data directory is locked and the consensus thread takes questions. */
  started(): Promise<void> {
    return new Promise((resolve) => {
      this.#started = resolve;
    });
  }

  /** Makes the ports for one more engine client. */
  async ports(): Promise<ClientPorts> {
    const [engine, scan] = [new MessageChannel(), new MessageChannel()];
    const id = this.#nextId;
    this.#nextId += 1;
    const init = new Promise<EngineClientInit>((resolve) => this.#connecting.set(id, resolve));
    this.#send({ type: 'connect', id, port: engine.port2 }, [engine.port2]);
    this.#reader.postMessage({ type: 'serve', port: scan.port2 }, [scan.port2]);
    return { enginePort: engine.port1, scanPort: scan.port1, init: await init };
  }

  #send(message: ToConsensus, transfer: readonly MessagePort[] = []): void {
    this.#consensus.postMessage(message, [...transfer]);
  }

  reloadTls(): void {
    this.#send({ type: 'reload-tls' });
  }

  /** Hands leadership over, ends consensus and waits for it. */
  async stop(graceMs: number): Promise<void> {
    this.#ending = true;
    const stopped = new Promise<void>((resolve) => {
      this.#stopped = resolve;
    });
    this.#send({ type: 'stop', graceMs });
    await stopped;
    await Promise.all([this.#consensus.terminate(), this.#reader.terminate()]);
  }
}

/** The engine of the calling thread. */
export function engineOver({ enginePort, scanPort, init }: ClientPorts): EngineClient {
  return new EngineClient({ port: enginePort, init, openReader: (path) => SqliteStateReader.open(path), scans: new ScanClient(scanPort) });
}
