/**
 * Sends the state itself to followers that are behind the start of the log: one copy at a time per node, streamed on the
 * bulk connection, never faster than the receiver takes it. The message that arrives with the data describes the copy,
 * which may be newer than what the core asked for (rule R12).
 */
import type { SnapMessage, SnapshotMetadata } from '../raft/types.ts';
import type { PeerTransport } from '../peers/types.ts';
import { nameOfPeer } from './conf-context.ts';
import { packEnvelope } from './envelope.ts';
import type { Logger } from './runtime.ts';
import type { StateStorage } from './state-storage.ts';

export interface SnapshotStreamHeader {
  readonly kind: 'snapshot';
  readonly group: string;
  readonly message: SnapMessage;
  readonly sizeBytes: number;
}

export class SnapshotSender {
  readonly #transport: PeerTransport;
  readonly #storage: StateStorage;
  readonly #logger: Logger;
  readonly #done: (group: string, peer: string, ok: boolean) => void;
  /** Invariant: at most one copy is being made or sent; the rest wait here, one per (group, peer). */
  readonly #waiting = new Map<string, { readonly group: string; readonly message: SnapMessage }>();
  #busy = false;
  readonly #stop = new AbortController();
  #sent = 0;

  constructor(transport: PeerTransport, storage: StateStorage, logger: Logger, done: (group: string, peer: string, ok: boolean) => void) {
    this.#transport = transport;
    this.#storage = storage;
    this.#logger = logger;
    this.#done = done;
  }

  get sent(): number {
    return this.#sent;
  }

  get busy(): boolean {
    return this.#busy;
  }

  send(group: string, message: SnapMessage): void {
    this.#waiting.set(`${group} ${message.to}`, { group, message });
    void this.#next();
  }

  /** The group is closed: no copy of it is begun any more. */
  forget(group: string): void {
    for (const [key, waiting] of this.#waiting) if (waiting.group === group) this.#waiting.delete(key);
  }

  stop(): void {
    this.#stop.abort();
    this.#waiting.clear();
  }

  async #next(): Promise<void> {
    if (this.#busy) return;
    const first = this.#waiting.entries().next();
    if (first.done === true) return;
    const [key, { group, message }] = first.value;
    this.#waiting.delete(key);
    this.#busy = true;
    let ok = false;
    try {
      await this.#copyAndSend(group, message);
      ok = true;
      this.#sent += 1;
    } catch (error) {
      this.#logger('warn', 'snapshot-not-sent', { group, to: message.to, error: String(error) });
    }
    this.#busy = false;
    if (this.#stop.signal.aborted) return;
    this.#done(group, message.to, ok);
    void this.#next();
  }

  async #copyAndSend(group: string, message: SnapMessage): Promise<void> {
    const copy = await this.#storage.copy(group);
    try {
      assertOfItsTerm(message, copy.metadata);
      const header: SnapshotStreamHeader = {
        kind: 'snapshot',
        group,
        message: { ...message, snapshot: copy.metadata },
        sizeBytes: copy.sizeBytes,
      };
      this.#logger('info', 'snapshot-sending', { group, to: message.to, index: copy.metadata.index, bytes: copy.sizeBytes });
      await this.#transport.sendStream(nameOfPeer(message.to), packEnvelope(header), copy.chunks(), { signal: this.#stop.signal });
    } finally {
      copy.dispose();
    }
  }
}

/**
 * This node may have lost its leadership while the copy waited its turn, and have applied entries of a later term. A message
 * of the older term cannot carry them: who installed such a copy would hold entries of a term that it has never reached.
 * @throws Error; whoever leads now sends a copy of its own
 */
function assertOfItsTerm({ term }: SnapMessage, copy: SnapshotMetadata): void {
  if (copy.term > term) throw new Error(`the copy is at ${copy.term}:${copy.index}, but was announced in term ${term}`);
}
