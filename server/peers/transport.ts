import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { assert } from '../../lib/kernel/assert.ts';
import type { Message } from '../raft/types.ts';
import { parseHostPort } from './address.ts';
import type { ConnectionContext } from './connection.ts';
import { dial } from './dial.ts';
import type { DialOutcome } from './dialler.ts';
import { greet, type GreetingOptions, type GreetingOutcome } from './greeting.ts';
import { type Channel, handshakeKey } from './handshake.ts';
import { PEER_LIMITS } from './limits.ts';
import { checkTls, Listener } from './listener.ts';
import { LogLimiter } from './log-limiter.ts';
import { Peer } from './peer.ts';
import {
  type PeerAddress,
  PeerError,
  type PeerLimits,
  type PeerState,
  type PeerStats,
  type PeerTls,
  type PeerTransport,
  type PeerTransportOptions,
  type RequestOptions,
} from './types.ts';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Makes a transport; nothing happens before `start`. */
export function createPeerTransport(options: PeerTransportOptions): PeerTransport {
  return new TcpPeerTransport(options);
}

class TcpPeerTransport implements PeerTransport {
  readonly #options: PeerTransportOptions;
  readonly #limits: PeerLimits;
  readonly #context: ConnectionContext;
  readonly #limiter: LogLimiter;
  readonly #key: Uint8Array;
  readonly #session = randomBytes(16).toString('hex');
  readonly #peers = new Map<string, Peer>();
  readonly #changed = new Set<Peer>();
  readonly #stats: Mutable<PeerStats> = {
    connectionsAccepted: 0,
    connectionsRefused: 0,
    framesInvalid: 0,
    raftMessagesOut: 0,
    raftMessagesIn: 0,
    raftMessagesDropped: 0,
    requestsOut: 0,
    requestsIn: 0,
  };
  /** Peers with something queued since the last flush. */
  readonly #toFlush = new Set<Peer>();
  #dropped: ReadonlySet<string> = new Set();
  #tls: PeerTls | null;
  #listener: Listener | null = null;
  #running = false;
  /** Rises when what this node says of itself may have changed. */
  #introduction = 0;

  constructor(options: PeerTransportOptions) {
    const { handlers, log, timers, secret } = options;
    assert(secret.length > 0, 'the cluster secret is not empty');
    this.#options = options;
    this.#limits = { ...PEER_LIMITS, ...options.limits };
    this.#key = handshakeKey(secret);
    this.#tls = options.tls ?? null;
    this.#limiter = new LogLimiter(log, timers, this.#limits.refusalLogMs);
    this.#context = {
      timers,
      log,
      limits: this.#limits,
      clock: () => handlers.clock(),
      onClock: (from, clock) => handlers.onClock(from, clock),
      onInvalid: () => {
        this.#stats.framesInvalid += 1;
      },
    };
  }

  // ---------------------------------------------------------------- life

  async start(): Promise<{ readonly host: string; readonly port: number }> {
    assert(this.#listener === null, 'a transport starts once');
    const address = parseHostPort(this.#options.listen);
    if (address === null) throw new Error(`not an address to listen on: ${this.#options.listen}`);
    if (this.#tls !== null) checkTls(this.#tls);
    const listener = new Listener({
      limits: this.#limits,
      tls: this.#tls,
      onSocket: (socket) => this.#greetIncoming(socket),
      onError: (source, error) => this.#limiter.log(`listen ${source}`, 'warn', 'peer-listener', { source, error: error.message }),
    });
    this.#listener = listener;
    const listening = await listener.listen(address);
    this.#running = true;
    for (const peer of this.#peers.values()) this.#runUnlessDropped(peer);
    return listening;
  }

  async stop(): Promise<void> {
    this.#running = false;
    for (const peer of this.#peers.values()) peer.halt('this node stops');
    this.#peers.clear();
    this.#changed.clear();
    await this.#listener?.close();
  }

  setPeers(peers: readonly PeerAddress[]): void {
    const listed = new Map(peers.filter(({ name }) => name !== this.#options.name).map((peer) => [peer.name, peer.address]));
    for (const peer of this.#peers.values()) {
      if (peer.address === null || listed.has(peer.name)) continue;
      this.#peers.delete(peer.name);
      peer.halt('no longer a peer');
    }
    for (const [name, address] of listed) {
      if (parseHostPort(address) === null)
        this.#limiter.log(`address ${name} ${address}`, 'error', 'peer-address-invalid', { peer: name, address });
      const peer = this.#peer(name);
      const moved = peer.address !== null && peer.address !== address;
      peer.address = address;
      if (this.#running) this.#runUnlessDropped(peer);
      if (moved) peer.hurry();
    }
  }

  reconnect(names?: readonly string[]): void {
    // A handshake that is under way says what does not hold any more: it comes to nothing.
    this.#introduction += 1;
    for (const peer of this.#peers.values()) {
      if (names !== undefined && !names.includes(peer.name)) continue;
      peer.disconnect('hands are shaken anew');
      peer.hurry();
    }
  }

  dropPeers(names: readonly string[]): void {
    const healed = [...this.#dropped].filter((name) => !names.includes(name));
    this.#dropped = new Set(names);
    for (const name of names) this.#peers.get(name)?.halt('cut off on purpose');
    for (const name of healed) {
      const peer = this.#peers.get(name);
      if (peer === undefined || !this.#running) continue;
      peer.run();
      peer.hurry();
    }
  }

  reloadTls(tls: PeerTls): void {
    checkTls(tls);
    assert(this.#tls !== null, 'TLS between peers is turned on at the start, or not at all');
    this.#tls = tls;
    this.#listener?.reloadTls(tls);
  }

  // ---------------------------------------------------------------- messages

  sendRaft(to: string, group: string, messages: readonly Message[]): void {
    const peer = this.#peers.get(to);
    if (peer === undefined || peer.raft === null) {
      this.#stats.raftMessagesDropped += messages.length;
      if (messages.length > 0) this.#options.handlers.onRaftDropped(to, group, messages, 'not-connected');
      return;
    }
    peer.raftQueue.add(group, messages);
    this.#toFlush.add(peer);
  }

  flush(): void {
    if (this.#toFlush.size === 0) return;
    const { handlers, log } = this.#options;
    const clock = handlers.clock();
    const peers = [...this.#toFlush];
    this.#toFlush.clear();
    for (const peer of peers) {
      const { sent, drops } = peer.raftQueue.flush(peer.raft, clock);
      this.#stats.raftMessagesOut += sent;
      for (const { group, messages, reason } of drops) {
        this.#stats.raftMessagesDropped += messages.length;
        if (reason === 'too-large') log('error', 'peer-message-too-large', { peer: peer.name, group, messages: messages.length });
        handlers.onRaftDropped(peer.name, group, messages, reason);
      }
    }
  }

  request(to: string, method: string, body: Uint8Array, options: RequestOptions): Promise<Uint8Array> {
    const bulk = this.#peers.get(to)?.bulk ?? null;
    if (bulk === null) return Promise.reject(this.#unreachable(to));
    this.#stats.requestsOut += 1;
    return bulk.request(method, body, options);
  }

  sendStream(
    to: string,
    meta: Uint8Array,
    chunks: AsyncIterable<Uint8Array>,
    options?: { readonly signal?: AbortSignal | undefined },
  ): Promise<Uint8Array> {
    const bulk = this.#peers.get(to)?.bulk ?? null;
    return bulk === null ? Promise.reject(this.#unreachable(to)) : bulk.sendStream(meta, chunks, options?.signal);
  }

  #unreachable(to: string): PeerError {
    return new PeerError('unreachable', 'not-connected', `${to} is not connected`);
  }

  // ---------------------------------------------------------------- what is known

  state(name: string): PeerState | null {
    return this.#peers.get(name)?.state() ?? null;
  }

  states(): ReadonlyMap<string, PeerState> {
    return new Map([...this.#peers.values()].map((peer) => [peer.name, peer.state()]));
  }

  stats(): PeerStats {
    return { ...this.#stats };
  }

  // ---------------------------------------------------------------- connections

  #peer(name: string): Peer {
    const known = this.#peers.get(name);
    if (known !== undefined) return known;
    const { handlers, random, name: self } = this.#options;
    const peer = new Peer({
      self,
      name,
      random,
      context: this.#context,
      handlers: {
        onRequest: (...args) => {
          this.#stats.requestsIn += 1;
          return handlers.onRequest(...args);
        },
        onStream: (...args) => handlers.onStream(...args),
      },
      onRaft: (from, group, messages) => {
        this.#stats.raftMessagesIn += messages.length;
        handlers.onRaft(from, group, messages);
      },
      onBeats: (from, beats) => {
        this.#stats.raftMessagesIn += 1;
        for (const { group, beat } of beats) handlers.onRaft(from, group, [beat]);
      },
      onChange: (changed) => this.#noteChange(changed),
      dial: (target, channel, done) => this.#dial(target, channel, done),
    });
    this.#peers.set(name, peer);
    return peer;
  }

  #runUnlessDropped(peer: Peer): void {
    if (!this.#dropped.has(peer.name)) peer.run();
  }

  /** Reported after the turn, so that the owner is never called from inside its own call, and once for many changes. */
  #noteChange(peer: Peer): void {
    if (!this.#running || this.#peers.get(peer.name) !== peer) return;
    if (this.#changed.size === 0) queueMicrotask(() => this.#reportChanges());
    this.#changed.add(peer);
  }

  #reportChanges(): void {
    const changed = [...this.#changed];
    this.#changed.clear();
    for (const peer of changed) {
      // Somebody who came by himself is forgotten when he is gone.
      if (peer.address === null && !peer.connectedAtAll && this.#peers.get(peer.name) === peer) this.#peers.delete(peer.name);
      if (this.#running) this.#options.handlers.onPeerChange(peer.name, peer.state());
    }
  }

  #greeting(role: GreetingOptions['role']): GreetingOptions {
    const { handlers, timers, name } = this.#options;
    const hello = handlers.hello();
    assert(hello.name === name, () => `${name} introduces itself as ${hello.name}`);
    return {
      role,
      hello,
      timers,
      key: this.#key,
      session: this.#session,
      bytesMax: this.#limits.handshakeBytesMax,
      timeoutMs: this.#limits.handshakeMsMax,
      judge: (remote) => (this.#dropped.has(remote.name) ? 'cut' : handlers.onHello(remote)),
    };
  }

  #greetIncoming(socket: Socket): void {
    const source = socket.remoteAddress ?? '?';
    const introduction = this.#introduction;
    greet(socket, this.#greeting({ type: 'acceptor' }), (outcome) => {
      if (
        !this.#running ||
        introduction !== this.#introduction ||
        (outcome.kind === 'established' && this.#dropped.has(outcome.remote.name))
      ) {
        socket.destroy();
      } else if (outcome.kind === 'established') {
        this.#listener?.authenticated(socket);
        this.#stats.connectionsAccepted += 1;
        this.#peer(outcome.remote.name).adopt({ ...outcome, socket, dialledBy: 'peer' });
      } else {
        const known = outcome.kind === 'refused' && outcome.name !== null ? this.#peers.get(outcome.name) : undefined;
        this.#noteFailure(source, outcome, known ?? null);
      }
    });
  }

  #dial(peer: Peer, channel: Channel, done: (outcome: DialOutcome) => void): () => void {
    const address = peer.address === null ? null : parseHostPort(peer.address);
    if (address === null) {
      done('refused');
      return () => undefined;
    }
    const { timers } = this.#options;
    const introduction = this.#introduction;
    const options = {
      address,
      timers,
      tls: this.#tls,
      timeoutMs: this.#limits.handshakeMsMax,
      greeting: () => this.#greeting({ type: 'dialler', channel, dialled: peer.name }),
    };
    return dial(options, (outcome, socket) => {
      if (outcome.kind !== 'established') {
        this.#noteFailure(peer.address ?? '?', outcome, peer);
        done(outcome.kind === 'refused' ? 'refused' : 'failed');
      } else if (this.#peers.get(peer.name) !== peer || this.#dropped.has(peer.name) || introduction !== this.#introduction) {
        socket.destroy();
        done('failed');
      } else {
        done('connected');
        peer.adopt({ ...outcome, socket, dialledBy: 'us' });
      }
    });
  }

  /** Counts, logs and remembers a handshake that came to nothing. */
  #noteFailure(source: string, outcome: GreetingOutcome, peer: Peer | null): void {
    switch (outcome.kind) {
      case 'refused': {
        if (outcome.by === 'us') this.#stats.connectionsRefused += 1;
        this.#limiter.log(`refused ${source} ${outcome.reason} ${outcome.by}`, 'warn', 'peer-refused', {
          source,
          reason: outcome.reason,
          by: outcome.by,
          peer: outcome.name ?? peer?.name,
          detail: outcome.detail,
        });
        peer?.refused({ reason: outcome.reason, by: outcome.by, hello: outcome.hello });
        return;
      }
      case 'invalid':
        this.#stats.connectionsRefused += 1;
        this.#stats.framesInvalid += 1;
        this.#limiter.log(`invalid ${source}`, 'warn', 'peer-handshake-invalid', {
          source,
          peer: peer?.name,
          error: outcome.error.message,
        });
        return;
      case 'failed':
        this.#limiter.log(`failed ${source}`, 'warn', peer === null ? 'peer-handshake-failed' : 'peer-unreachable', {
          source,
          peer: peer?.name,
          reason: outcome.reason,
        });
        return;
      case 'cut':
      case 'established':
        return;
    }
  }
}
