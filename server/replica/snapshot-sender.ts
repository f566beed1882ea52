/**
 * Sends the state itself to followers that are behind the start of the log: one copy at a time per node, streamed on the
 * bulk connection, never faster than the receiver takes it. The message that arrives with the data describes the copy,
 * which may be newer than what the core asked for (rule R12).
 */
import type { SnapMessage } from '../raft/types.ts';
import type { PeerTransport } from '../peers/types.ts';
import { nameOfPeer } from './conf-context.ts';
import { packEnvelope } from './envelope.ts';
import type { Logger, Runtime } from './runtime.ts';
import type { StateStorage } from './state-storage.ts';

export interface SnapshotStreamHeader {
  readonly kind: 'snapshot';
  readonly group: string;
  readonly message: SnapMessage;
  readonly sizeBytes: number;
}

/** Until a copy of the state is tried again for a receiver that did not take it. */
const RETRY_MS = 1_000;

export interface SnapshotSenderOptions {
  readonly transport: PeerTransport;
  readonly storage: StateStorage;
  readonly logger: Logger;
  readonly runtime: Pick<Runtime, 'after'>;
  /** The term in which this node leads the group; null when it does not. */
  readonly leads: (group: string) => number | null;
  /** The core may go on with this peer: the copy has been taken, or will not be. */
  readonly done: (group: string, peer: string, ok: boolean) => void;
}

export class SnapshotSender {
  readonly #options: SnapshotSenderOptions;
  /** Invariant: at most one copy is being made or sent; the rest wait here, one per (group, peer). */
  readonly #waiting = new Map<string, { readonly group: string; readonly message: SnapMessage }>();
  #busy = false;
  readonly #stop = new AbortController();
  #sent = 0;

  constructor(options: SnapshotSenderOptions) {
    this.#options = options;
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
      // Asked for again in a later term, while this one was on its way: the core asks once more if it still needs one.
      this.#waiting.delete(key);
    } catch (error) {
      this.#options.logger('warn', 'snapshot-not-sent', { group, to: message.to, error: String(error) });
    }
    this.#busy = false;
    if (this.#stop.signal.aborted) return;
    this.#report(key, group, message.to, ok);
    void this.#next();
  }

  #report(key: string, group: string, peer: string, ok: boolean): void {
    const { runtime, done } = this.#options;
    if (ok) return done(group, peer, true);
    // One that is asked for again already is reported when that one has ended.
    if (this.#waiting.has(key)) return;
    // A receiver that cannot take it will not be able to a heartbeat later; each try copies the whole state.
    runtime.after(RETRY_MS, () => done(group, peer, false));
  }

  async #copyAndSend(group: string, asked: SnapMessage): Promise<void> {
    const { transport, storage, logger, leads } = this.#options;
    // Whoever leads now makes a copy of its own; a second one would take as long.
    if (leads(group) === null) throw new Error('this node leads no more');
    const copy = await storage.copy(group);
    try {
      const { term, index } = copy.metadata;
      const message = { ...asked, snapshot: copy.metadata, term: termOf(copy.metadata.term, asked.term, leads(group)) };
      const header: SnapshotStreamHeader = { kind: 'snapshot', group, message, sizeBytes: copy.sizeBytes };
      logger('info', 'snapshot-sending', { group, to: message.to, index, term, bytes: copy.sizeBytes });
      await transport.sendStream(nameOfPeer(message.to), packEnvelope(header), copy.chunks(), { signal: this.#stop.signal });
    } finally {
      copy.dispose();
    }
  }
}

/**
 * The term that the message with a copy speaks of. This node may have led another one when it was asked for the copy, and have
 * applied entries of later terms meanwhile: a message of the older term cannot carry them, as who installed such a copy would
 * hold entries of a term that it has never reached. When this node leads again, it speaks of its term of now.
 *
 * @throws Error when it does not; whoever leads now sends a copy of its own
 */
function termOf(copied: number, asked: number, leads: number | null): number {
  if (leads !== null) return leads;
  if (copied > asked) throw new Error(`the copy is of term ${copied}, but this node leads no more since term ${asked}`);
  return asked;
}
