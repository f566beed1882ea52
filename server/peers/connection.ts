import type { Socket } from 'node:net';
import { ByteReader, ByteWriter, WireError } from './bytes.ts';
import { encodeFrame, type Frame, FrameReader } from './frame.ts';
import type { Channel } from './handshake.ts';
import { BULK_FRAME_BYTES_MAX } from './limits.ts';
import type { ClockValue, Log, PeerLimits, RemotePeer, Timers } from './types.ts';

/** What connections of one transport share. */
export interface ConnectionContext {
  readonly timers: Timers;
  readonly limits: PeerLimits;
  readonly log: Log;
  readonly clock: () => ClockValue;
  onClock(from: RemotePeer, clock: ClockValue): void;
  /** Bytes arrived that do not decode. */
  onInvalid(): void;
}

/** What the handshake established about a socket. */
export interface Established {
  readonly socket: Socket;
  readonly channel: Channel;
  readonly remote: RemotePeer;
  /** The peer's session: another one means that it was restarted. */
  readonly session: string;
  readonly dialledBy: 'us' | 'peer';
  /** Bytes behind the handshake. */
  readonly rest: Buffer;
}

/**
 * One authenticated socket: frames in, frames out, and the certainty that a silent one is noticed. The owner sets
 * `onFrame` and `onClosed`, then calls `open`.
 */
export class Connection {
  readonly channel: Channel;
  readonly remote: RemotePeer;
  readonly session: string;
  readonly dialledBy: 'us' | 'peer';
  readonly openedMs: number;
  /** Called for every frame but pings. May throw `WireError`, which closes the connection. */
  onFrame: (frame: Frame) => void = () => undefined;
  /** There is room again after `queuedBytes` was high. */
  onDrain: () => void = () => undefined;
  onClosed: (reason: string) => void = () => undefined;

  readonly #context: ConnectionContext;
  readonly #socket: Socket;
  readonly #reader: FrameReader;
  #rest: Buffer;
  #closed = false;
  #lastHeardMs: number;
  #rttMs: number | null = null;
  #timer: unknown = null;
  /** When this side was last found to have slept itself: silence before that proves nothing. */
  #wokeMs: number;
  #tickedMs: number;

  constructor(context: ConnectionContext, established: Established) {
    this.#context = context;
    this.#socket = established.socket;
    this.channel = established.channel;
    this.remote = established.remote;
    this.session = established.session;
    this.dialledBy = established.dialledBy;
    this.#rest = established.rest;
    this.#reader = new FrameReader(this.channel === 'raft' ? context.limits.raftFrameBytesMax : BULK_FRAME_BYTES_MAX);
    this.openedMs = context.timers.now();
    this.#lastHeardMs = this.openedMs;
    this.#wokeMs = this.openedMs;
    this.#tickedMs = this.openedMs;
  }

  get closed(): boolean {
    return this.#closed;
  }

  get lastHeardMs(): number {
    return this.#lastHeardMs;
  }

  get rttMs(): number | null {
    return this.#rttMs;
  }

  get bytesIn(): number {
    return this.#socket.bytesRead;
  }

  get bytesOut(): number {
    return this.#socket.bytesWritten;
  }

  /** Bytes written that the system has not taken yet. */
  get queuedBytes(): number {
    return this.#socket.writableLength;
  }

  open(): void {
    this.#socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    this.#socket.on('drain', () => this.onDrain());
    this.#socket.on('error', (error) => this.close(`socket: ${error.message}`));
    this.#socket.on('end', () => this.close('ended by the peer'));
    this.#socket.on('close', () => this.close('socket closed'));
    this.#ping();
    const rest = this.#rest;
    this.#rest = Buffer.alloc(0);
    if (rest.length > 0) this.#receive(rest);
  }

  /** Frames written in one turn of the event loop leave together. */
  write(bytes: Buffer): void {
    if (this.#closed) return;
    if (this.#socket.writableCorked === 0) {
      this.#socket.cork();
      process.nextTick(() => this.#socket.uncork());
    }
    this.#socket.write(bytes);
  }

  /** Hands bytes to the system at once, and with them what was written before in this turn: the caller may be about to keep the thread busy. */
  writeNow(bytes: Buffer): void {
    if (this.#closed) return;
    while (this.#socket.writableCorked > 0) this.#socket.uncork();
    this.#socket.write(bytes);
  }

  /** Cuts the connection at once, in both directions. */
  close(reason: string): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#context.timers.clearTimeout(this.#timer);
    this.#socket.destroy();
    this.onClosed(reason);
  }

  #receive(chunk: Buffer): void {
    if (this.#closed) return;
    this.#lastHeardMs = this.#context.timers.now();
    try {
      for (const frame of this.#reader.push(chunk)) {
        this.#dispatch(frame);
        if (this.#closed) return;
      }
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      this.#context.onInvalid();
      this.#context.log('error', 'peer-frame-invalid', { peer: this.remote.name, channel: this.channel, error: error.message });
      this.close(`invalid frame: ${error.message}`);
    }
  }

  #dispatch(frame: Frame): void {
    this.#context.onClock(this.remote, frame.clock);
    if (frame.kind === 'ping') {
      // The ping's own bytes go back: only their sender knows what they mean.
      if (frame.body.length !== 8) throw new WireError('a ping has eight bytes');
      this.write(encodeFrame('pong', 0, this.#context.clock(), frame.body));
    } else if (frame.kind === 'pong') {
      const reader = new ByteReader(frame.body);
      const sentMs = reader.u64() / 1000;
      reader.end();
      this.#rttMs = Math.max(0, this.#context.timers.now() - sentMs);
    } else {
      this.onFrame(frame);
    }
  }

  /** Sends a ping, looks whether the peer has gone silent, and comes back. */
  #ping(): void {
    const { timers, limits } = this.#context;
    const now = timers.now();
    // A stopped process wakes with its timers due and its sockets unread: it must listen before it judges.
    if (now - this.#tickedMs > 2 * limits.pingMs) this.#wokeMs = now;
    this.#tickedMs = now;
    if (now - Math.max(this.#lastHeardMs, this.#wokeMs) >= limits.silenceMsMax) {
      this.close('silent');
      return;
    }
    const writer = new ByteWriter(Buffer.alloc(8));
    writer.u64(Math.round(now * 1000));
    this.write(encodeFrame('ping', 0, this.#context.clock(), writer.buffer));
    this.#timer = timers.setTimeout(() => this.#ping(), limits.pingMs);
  }
}
