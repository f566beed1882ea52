/** One node's end of the simulated network, for one life of its process. */
import { decodeMessage, encodeMessage } from '../peers/codec.ts';
import {
  PeerError,
  type PeerAddress,
  type PeerHandlers,
  type PeerRefusal,
  type PeerState,
  type PeerStats,
  type PeerTransport,
  type RemotePeer,
  type RequestOptions,
} from '../peers/types.ts';
import type { Message } from '../raft/types.ts';
import type { Link, SimNetwork } from './network.ts';
import type { Lifeline } from './scheduler.ts';
import { SimStream } from './stream.ts';

/** What is seen of a peer, by name. */
interface Seen {
  lastHeardMs: number | null;
  hello: RemotePeer['hello'] | null;
  refused: PeerState['refused'];
}

interface Pending {
  readonly link: Link;
  reject(error: Error): void;
}

export interface SimTransportOptions {
  readonly name: string;
  readonly network: SimNetwork;
  readonly handlers: PeerHandlers;
  readonly lifeline: Lifeline;
  readonly nowMs: () => number;
  /** Sees every Raft message as it leaves. */
  readonly onSent: (group: string, message: Message) => void;
}

function remoteError(error: unknown): PeerError {
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'internal';
  return new PeerError('remote', code, error instanceof Error ? error.message : String(error));
}

export class SimTransport implements PeerTransport {
  readonly name: string;
  readonly handlers: PeerHandlers;
  readonly lifeline: Lifeline;
  /** Lab mode. */
  dropped: ReadonlySet<string> = new Set();
  readonly #network: SimNetwork;
  readonly #options: SimTransportOptions;
  #listed: ReadonlySet<string> = new Set();
  readonly #seen = new Map<string, Seen>();
  readonly #queued = new Map<string, { readonly group: string; readonly bytes: Uint8Array }[]>();
  readonly #pending = new Set<Pending>();

  constructor(options: SimTransportOptions) {
    this.#options = options;
    this.name = options.name;
    this.handlers = options.handlers;
    this.lifeline = options.lifeline;
    this.#network = options.network;
  }

  async start(): Promise<{ readonly host: string; readonly port: number }> {
    this.#network.attach(this);
    return { host: this.name, port: 1 };
  }

  async stop(): Promise<void> {
    this.#network.detach(this);
  }

  setPeers(peers: readonly PeerAddress[]): void {
    this.#listed = new Set(peers.map(({ name }) => name).filter((name) => name !== this.name));
  }

  lists(name: string): boolean {
    return this.#listed.has(name);
  }

  // ------------------------------------------------------------------------------------------------- Raft messages

  sendRaft(to: string, group: string, messages: readonly Message[]): void {
    for (const message of messages) this.#options.onSent(group, message);
    if (this.#network.link(this, to) === null) {
      this.handlers.onRaftDropped(to, group, messages, 'not-connected');
      return;
    }
    const queue = this.#queued.get(to) ?? [];
    this.#queued.set(to, queue);
    for (const message of messages) queue.push({ group, bytes: encodeMessage(message) });
  }

  flush(): void {
    const queued = [...this.#queued];
    this.#queued.clear();
    for (const [to, frames] of queued) {
      const clock = this.handlers.clock();
      const link = this.#network.link(this, to);
      if (link === null) continue;
      this.#network.scatter(this.name, to, (receiver, current) => {
        const from = current.remote.get(receiver);
        if (from === undefined) return;
        receiver.heard(this.name);
        receiver.handlers.onClock(from, clock);
        for (const { group, bytes } of frames) receiver.handlers.onRaft(from, group, [decodeMessage(bytes.slice())]);
      });
    }
  }

  // ------------------------------------------------------------------------------------------------- requests

  request(to: string, method: string, body: Uint8Array, { timeoutMs, signal }: RequestOptions): Promise<Uint8Array> {
    const link = this.#network.link(this, to);
    if (link === null) return Promise.reject(new PeerError('unreachable', 'not-connected', `${to} is not connected`));
    const { scheduler } = this.#network;
    const gone = new AbortController();
    const sent = body.slice();
    return new Promise((resolve, reject) => {
      const end = (settle: () => void): void => {
        if (!this.#pending.delete(pending)) return;
        cancel();
        signal?.removeEventListener('abort', aborted);
        settle();
      };
      const aborted = (): void => giveUp('aborted');
      const fail = (error: Error): void => end(() => reject(error));
      const pending: Pending = { link, reject: fail };
      this.#pending.add(pending);
      const giveUp = (code: string): void => {
        gone.abort();
        fail(new PeerError('outcome-unknown', code, `${to} did not answer ${method}: ${code}`));
      };
      const cancel = scheduler.after(timeoutMs, this.lifeline, () => giveUp('timeout'));
      signal?.addEventListener('abort', aborted);
      const answer =
        (settle: () => void) =>
        (receiver: SimTransport): void =>
          this.#network.carry(link, receiver, () => end(settle));
      this.#network.carry(link, this, (receiver) => {
        const from = link.remote.get(receiver);
        if (from === undefined) return;
        void receiver.handlers.onRequest(from, method, sent, { timeoutMs, signal: gone.signal }).then(
          (bytes) => answer(() => resolve(bytes.slice()))(receiver),
          (error: unknown) => answer(() => reject(remoteError(error)))(receiver),
        );
      });
    });
  }

  async sendStream(
    to: string,
    meta: Uint8Array,
    chunks: AsyncIterable<Uint8Array>,
    options: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<Uint8Array> {
    const link = this.#network.link(this, to);
    if (link === null) throw new PeerError('unreachable', 'not-connected', `${to} is not connected`);
    const stream = new SimStream(this.#network, link, this, meta);
    const done = this.whileUp(link, () => stream.fail(new PeerError('outcome-unknown', 'cut', 'the connection was cut')));
    options.signal?.addEventListener('abort', () => stream.fail(new PeerError('outcome-unknown', 'aborted', 'the stream was given up')));
    try {
      for await (const chunk of chunks) await stream.send(chunk.slice());
      return await stream.finish();
    } finally {
      done();
    }
  }

  // ------------------------------------------------------------------------------------------------- links

  linkMade(link: Link): void {
    const remote = link.remote.get(this);
    if (remote === undefined || !link.up) return;
    const seen = this.#see(remote.name);
    seen.hello = remote.hello;
    seen.refused = null;
    this.heard(remote.name);
    this.#changed(remote.name);
  }

  linkBroken(link: Link): void {
    for (const pending of this.#pending)
      if (pending.link === link) pending.reject(new PeerError('outcome-unknown', 'cut', 'the connection was cut'));
    const remote = link.remote.get(this);
    if (remote !== undefined) this.#changed(remote.name);
  }

  /** Calls `broken` when the link ends; returns what stops that. */
  whileUp(link: Link, broken: () => void): () => void {
    const pending: Pending = { link, reject: broken };
    this.#pending.add(pending);
    return () => void this.#pending.delete(pending);
  }

  refused(name: string, reason: PeerRefusal, by: 'us' | 'peer'): void {
    this.#see(name).refused = { reason, by };
    this.#changed(name);
  }

  heard(name: string): void {
    if (!this.lifeline.paused) this.#see(name).lastHeardMs = this.#options.nowMs();
  }

  #see(name: string): Seen {
    const seen = this.#seen.get(name) ?? { lastHeardMs: null, hello: null, refused: null };
    this.#seen.set(name, seen);
    return seen;
  }

  #changed(name: string): void {
    const state = this.state(name);
    if (state !== null) this.handlers.onPeerChange(name, state);
  }

  state(name: string): PeerState | null {
    const seen = this.#seen.get(name);
    if (seen === undefined && !this.lists(name)) return null;
    const connected = this.#network.link(this, name) !== null;
    return {
      connected,
      raftConnected: connected,
      bulkConnected: connected,
      lastHeardMs: seen?.lastHeardMs ?? null,
      rttMs: null,
      bytesIn: 0,
      bytesOut: 0,
      refused: seen?.refused ?? null,
      hello: seen?.hello ?? null,
    };
  }

  states(): ReadonlyMap<string, PeerState> {
    const names = new Set([...this.#listed, ...this.#seen.keys()]);
    return new Map(
      [...names].flatMap((name) => {
        const state = this.state(name);
        return state === null ? [] : [[name, state] as const];
      }),
    );
  }

  /** Nothing in the simulation asks for counts. */
  stats(): PeerStats {
    return {
      connectionsAccepted: 0,
      connectionsRefused: 0,
      framesInvalid: 0,
      raftMessagesOut: 0,
      raftMessagesIn: 0,
      raftMessagesDropped: 0,
      requestsOut: 0,
      requestsIn: 0,
    };
  }

  reconnect(names: readonly string[] = [...this.#seen.keys()]): void {
    for (const name of names) {
      const link = this.#network.link(this, name);
      if (link !== null) this.#network.breakLink(link);
    }
  }

  dropPeers(names: readonly string[]): void {
    this.dropped = new Set(names);
  }

  reloadTls(): void {
    // There are no certificates here.
  }
}
