import { BEATS_LEVEL, BeatsIn } from './beats.ts';
import { BulkLink } from './bulk-link.ts';
import { WireError } from './bytes.ts';
import { readRaftBody } from './codec.ts';
import { Connection, type ConnectionContext, type Established } from './connection.ts';
import { Dialler, type DialOutcome } from './dialler.ts';
import type { Frame } from './frame.ts';
import type { Channel } from './handshake.ts';
import { RaftQueue } from './raft-queue.ts';
import type { Hello, PeerHandlers, PeerState, RemotePeer } from './types.ts';
import type { Message } from '../raft/types.ts';

const CHANNELS: readonly Channel[] = ['raft', 'bulk'];
/** Added to the pauses of the higher of two names: several times `reconnectMsMin`. */
const HEAD_START_FACTOR = 4;

export interface PeerOptions {
  readonly self: string;
  readonly name: string;
  readonly context: ConnectionContext;
  readonly random: () => number;
  readonly handlers: Pick<PeerHandlers, 'onRequest' | 'onStream'>;
  onRaft(from: RemotePeer, group: string, messages: readonly Message[]): void;
  /** Heartbeats of many groups, of one frame. */
  onBeats(from: RemotePeer, beats: Iterable<{ readonly group: string; readonly beat: Message }>): void;
  onChange(peer: Peer): void;
  dial(peer: Peer, channel: Channel, done: (outcome: DialOutcome) => void): () => void;
}

/** One other node: its two connections, the attempts to have them, and what is known of it. */
export class Peer {
  readonly name: string;
  readonly raftQueue: RaftQueue;
  /** Where to dial; null for one that only dials us. */
  address: string | null = null;

  readonly #options: PeerOptions;
  readonly #connections: Record<Channel, Connection | null> = { raft: null, bulk: null };
  readonly #diallers: Record<Channel, Dialler>;
  #bulk: BulkLink | null = null;
  #running = false;
  #refused: PeerState['refused'] = null;
  #hello: Hello | null = null;
  #lastHeardMs: number | null = null;
  /** Of connections that are gone. */
  #bytesIn = 0;
  #bytesOut = 0;

  constructor(options: PeerOptions) {
    const { name, self, random, context } = options;
    const { timers, limits } = context;
    this.name = name;
    this.#options = options;
    this.raftQueue = new RaftQueue(limits);
    const headStartMs = self < name ? 0 : HEAD_START_FACTOR * limits.reconnectMsMin;
    const dialler = (channel: Channel): Dialler =>
      new Dialler({ timers, random, limits, headStartMs, dial: (done) => options.dial(this, channel, done) });
    this.#diallers = { raft: dialler('raft'), bulk: dialler('bulk') };
  }

  get raft(): Connection | null {
    return this.#connections.raft;
  }

  get bulk(): BulkLink | null {
    return this.#bulk;
  }

  get connectedAtAll(): boolean {
    return CHANNELS.some((channel) => this.#connections[channel] !== null);
  }

  /** Dials what is missing from now on, as far as an address is known. */
  run(): void {
    this.#running = true;
    for (const channel of CHANNELS) this.#seek(channel);
  }

  /** Tries again without further pause. */
  hurry(): void {
    for (const channel of CHANNELS) this.#diallers[channel].soon();
  }

  /** Ends every attempt and connection. */
  halt(reason: string): void {
    this.#running = false;
    for (const channel of CHANNELS) this.#diallers[channel].stop();
    this.disconnect(reason);
  }

  disconnect(reason: string): void {
    for (const channel of CHANNELS) this.#connections[channel]?.close(reason);
  }

  refused(refused: NonNullable<PeerState['refused']>): void {
    this.#refused = refused;
    this.#options.onChange(this);
  }

  /**
   * Takes a new connection, or closes it for the one there is. Of two connections to the same session of the peer, the newer one of
   * the same side wins; of two that both sides dialled at once, that of the lower name, so that both sides keep the same one.
   */
  adopt(established: Established): void {
    const { context, self } = this.#options;
    const { channel } = established;
    const connection = new Connection(context, established);
    const current = this.#connections[channel];
    const lower = self < this.name ? 'us' : 'peer';
    if (
      current !== null &&
      current.session === connection.session &&
      current.dialledBy !== connection.dialledBy &&
      current.dialledBy === lower
    ) {
      connection.close('there is one already');
      return;
    }
    current?.close('replaced by a newer one');
    const other = this.#connections[channel === 'raft' ? 'bulk' : 'raft'];
    if (other !== null && other.session !== connection.session) other.close('the peer was restarted');
    this.#connections[channel] = connection;
    this.#diallers[channel].rest();
    this.#refused = null;
    this.#hello = connection.remote.hello;
    connection.onClosed = (reason) => this.#closed(connection, reason);
    if (channel === 'bulk') {
      const bulk = new BulkLink(context, connection, this.#options.handlers);
      connection.onFrame = (frame) => bulk.onFrame(frame);
      this.#bulk = bulk;
    } else {
      const beats = new BeatsIn();
      connection.onFrame = (frame) => this.#onRaftFrame(connection.remote, beats, frame);
    }
    context.log('info', 'peer-connected', { peer: this.name, channel, dialledBy: connection.dialledBy, level: connection.remote.level });
    this.#options.onChange(this);
    connection.open();
  }

  state(): PeerState {
    const { raft, bulk } = this.#connections;
    const heard = [this.#lastHeardMs, raft?.lastHeardMs, bulk?.lastHeardMs].filter((ms) => typeof ms === 'number');
    return {
      connected: raft !== null && bulk !== null,
      raftConnected: raft !== null,
      bulkConnected: bulk !== null,
      lastHeardMs: heard.length === 0 ? null : Math.max(...heard),
      rttMs: raft?.rttMs ?? null,
      bytesIn: this.#bytesIn + (raft?.bytesIn ?? 0) + (bulk?.bytesIn ?? 0),
      bytesOut: this.#bytesOut + (raft?.bytesOut ?? 0) + (bulk?.bytesOut ?? 0),
      refused: this.#refused,
      hello: this.#hello,
    };
  }

  #onRaftFrame(remote: RemotePeer, beats: BeatsIn, frame: Frame): void {
    if (frame.kind === 'beats') {
      if (remote.level < BEATS_LEVEL) throw new WireError(`beats at level ${remote.level}`);
      return this.#options.onBeats(remote, beats.read(frame.body));
    }
    if (frame.kind !== 'raft') throw new WireError(`${frame.kind} on a raft connection`);
    const { group, messages } = readRaftBody(frame.body);
    this.#options.onRaft(remote, group, messages);
  }

  #closed(connection: Connection, reason: string): void {
    const { channel } = connection;
    const { log, timers } = this.#options.context;
    this.#bytesIn += connection.bytesIn;
    this.#bytesOut += connection.bytesOut;
    this.#lastHeardMs = Math.max(this.#lastHeardMs ?? 0, connection.lastHeardMs);
    this.#connections[channel] = null;
    if (channel === 'bulk') {
      this.#bulk?.close(reason);
      this.#bulk = null;
    }
    log('info', 'peer-disconnected', { peer: this.name, channel, reason });
    this.#diallers[channel].lost(timers.now() - connection.openedMs);
    this.#seek(channel);
    this.#options.onChange(this);
  }

  #seek(channel: Channel): void {
    if (this.#running && this.address !== null && this.#connections[channel] === null) this.#diallers[channel].want();
  }
}
