/**
 * The transport between nodes: what it carries, what it promises, what it asks of its owner.
 *
 * Peers are addressed by node **name** (`n1`); the handshake binds a name to an incarnation for as long as a
 * connection lives. Loss, delay, duplication by retries and reordering across reconnects are normal; what arrives
 * is exactly what was sent (checksummed frames), from whom it claims to be. The transport knows nothing of groups,
 * replicas or state: groups are strings, bodies are bytes.
 */
import type { Message } from '../raft/types.ts';

/** Whom to dial. */
export interface PeerAddress {
  /** Node name, `n1`. */
  readonly name: string;
  /** `host:port` of its peer port (`[::1]:6101` for IPv6). */
  readonly address: string;
}

/** A hybrid logical clock value on the wire; travels in the header of every frame. */
export interface ClockValue {
  /** 48-bit milliseconds. */
  readonly ms: number;
  /** 16-bit counter. */
  readonly counter: number;
}

/** What a node proves knowledge of the secret over, and tells, in the handshake. */
export interface Hello {
  readonly name: string;
  /** Whether this node belongs to a formed cluster. */
  readonly formed: boolean;
  /** Null before the node knows its cluster; so are lineage and incarnation. */
  readonly clusterId: string | null;
  readonly lineageId: string | null;
  readonly incarnation: string | null;
  /** Hash of `--initial-cluster`, null for a node that joins. */
  readonly listHash: string | null;
  /** `host:port` of the peer port as others reach it. */
  readonly peerAddress: string;
  /** Base URL of the public port as clients reach it. */
  readonly url: string;
  /** Levels of commands and frames that this build speaks, both inclusive. */
  readonly levelMin: number;
  readonly levelMax: number;
  /** For people: version of the build. */
  readonly buildVersion: string;
  /** Of a node that is to join: drawn by its disk, so that nobody else comes in its name. */
  readonly claim?: string | undefined;
  /** Whoever has applied the log of group `default` up to here knows this member, unless it was removed since. */
  readonly memberSince?: number | undefined;
}

/**
 * Why a connection was refused, by this side or by the other.
 * `stranger` (does not know the secret, or its proof does not fit), `level` (no common level), `same-name` (it calls
 * itself what we are called) and `wrong-node` (it is not the node that was dialled) are the transport's own; the rest is
 * the policy of `PeerHandlers.onHello`.
 */
export type PeerRefusal =
  | 'stranger'
  | 'level'
  | 'same-name'
  | 'wrong-node'
  | 'wrong-cluster'
  | 'wrong-lineage'
  | 'wrong-incarnation'
  | 'wrong-list'
  | 'wiped-node'
  | 'removed';

/** The peer at the other end of an authenticated connection. */
export interface RemotePeer {
  readonly name: string;
  /** As the connection was made with it: what it has learnt since then shows after the next handshake (`reconnect`). */
  readonly hello: Hello;
  /** Highest level that both sides speak. */
  readonly level: number;
}

/** How a peer looks from here. All times are of the injected monotonic clock. */
export interface PeerState {
  /** Both connections stand. */
  readonly connected: boolean;
  readonly raftConnected: boolean;
  readonly bulkConnected: boolean;
  /** When the last byte of an authenticated connection arrived; null before the first. */
  readonly lastHeardMs: number | null;
  /** Round trip of the last ping on the Raft connection; null before the first. */
  readonly rttMs: number | null;
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** The last refusal, by either side, since the peer was last connected. */
  readonly refused: {
    readonly reason: PeerRefusal;
    readonly by: 'us' | 'peer';
    /** What the peer said of itself, if it proved to know the secret. */
    readonly hello?: Hello | null | undefined;
  } | null;
  /** From the latest handshake, kept after a disconnection. */
  readonly hello: Hello | null;
}

/** Why Raft messages did not leave. Loss after they left is not reported by anybody. */
export type RaftDropReason = 'not-connected' | 'queue-full' | 'too-large';

/**
 * `unreachable`: the request certainly never reached a handler. `outcome-unknown`: it may have been executed (sent, then the
 * connection was cut, the time was over or the caller gave up). `remote`: the peer answered with an error.
 */
export type PeerErrorKind = 'unreachable' | 'outcome-unknown' | 'remote';

/** How a request or stream failed. */
export class PeerError extends Error {
  override readonly name = 'PeerError';
  readonly kind: PeerErrorKind;
  /** For `remote` the code that the peer's handler gave (see `PeerReplyError`); else a word for what happened, `timeout`, `cut`, `full`... */
  readonly code: string;
  constructor(kind: PeerErrorKind, code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
    this.code = code;
  }
}

/** Thrown by a handler of `onRequest` or `onStream` to answer with an error: the caller gets `PeerError` `remote` with this code and text. Anything else that is thrown is answered as `internal`. */
export class PeerReplyError extends Error {
  override readonly name = 'PeerReplyError';
  readonly code: string;
  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

export interface RequestOptions {
  /** From now until the answer must be here. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** What a handler is told about a request or stream besides its content. */
export interface IncomingContext {
  /** What was left of the caller's time when the last byte arrived; null for streams. */
  readonly timeoutMs: number | null;
  /** Aborted when the caller gave up, its time is over or the connection is gone: nobody will read the answer. */
  readonly signal: AbortSignal;
}

/** An incoming stream: chunks in order, complete and checked when the iteration ends; the iteration throws `PeerError` when the stream breaks. Taking the next chunk is what lets the sender go on. */
export interface IncomingStream {
  /** Opaque to the transport: for a snapshot its group, index and term. */
  readonly meta: Uint8Array;
  readonly chunks: AsyncIterable<Uint8Array>;
}

export interface PeerStats {
  readonly connectionsAccepted: number;
  readonly connectionsRefused: number;
  /** Connections closed for bytes that do not decode. */
  readonly framesInvalid: number;
  readonly raftMessagesOut: number;
  readonly raftMessagesIn: number;
  readonly raftMessagesDropped: number;
  readonly requestsOut: number;
  readonly requestsIn: number;
}

/**
 * What the transport asks of its owner. Called on the transport's thread, never from inside a call of the owner into the
 * transport, except `onRaftDropped` (from inside `sendRaft` and `flush`) and `clock`. None may throw.
 */
export interface PeerHandlers {
  /** What this node says of itself now; asked at every handshake. */
  hello(): Hello;
  /** Whether to talk to this authenticated peer. Both sides must accept. */
  onHello(remote: Hello): 'accept' | PeerRefusal;
  /** The clock to send along; asked for every frame. */
  clock(): ClockValue;
  /** The clock of a peer, before the frame that carried it is handed on. */
  onClock(from: RemotePeer, clock: ClockValue): void;
  onRaft(from: RemotePeer, group: string, messages: readonly Message[]): void;
  /** These messages of a call to `sendRaft` were not sent (Raft wants to know: `reportUnreachable`, a failed snapshot). */
  onRaftDropped(to: string, group: string, messages: readonly Message[], reason: RaftDropReason): void;
  onRequest(from: RemotePeer, method: string, body: Uint8Array, context: IncomingContext): Promise<Uint8Array>;
  /** Consumes a stream; what it returns is the answer to the sender. */
  onStream(from: RemotePeer, stream: IncomingStream, context: IncomingContext): Promise<Uint8Array>;
  /** A connection came, went or was refused. */
  onPeerChange(name: string, state: PeerState): void;
}

/** The transport's time. `now` is monotonic milliseconds; the clock on the wall never decides anything here. */
export interface Timers {
  now(): number;
  setTimeout(callback: () => void, delayMs: number): unknown;
  clearTimeout(timer: unknown): void;
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';
export type Log = (level: LogLevel, event: string, fields: Readonly<Record<string, unknown>>) => void;

/** TLS with client certificates between nodes; contents, not paths, in PEM. */
export interface PeerTls {
  readonly key: string;
  readonly cert: string;
  /** Who signs the certificates of peers; nobody else is trusted. */
  readonly ca: string;
}

/**
 * The messages between nodes. One TCP connection per pair for Raft messages and one for everything bulky, so that bulk
 * never delays a heartbeat; both are made, watched and remade by the transport.
 */
export interface PeerTransport {
  /** Listens and begins to dial. @returns the address listened on @throws when the port cannot be had */
  start(): Promise<{ readonly host: string; readonly port: number }>;
  /** Closes everything; requests under way reject. Nothing is called back afterwards. */
  stop(): Promise<void>;
  /** Whom to keep connections to (this node itself is ignored). Connections to a name that was listed and no longer is are closed; peers that dial us and are accepted by `onHello` need not be listed. */
  setPeers(peers: readonly PeerAddress[]): void;
  /** Queues messages until `flush`. Dropped, with a report to `onRaftDropped`, when the peer is not connected or its queue is full: loss is normal. */
  sendRaft(to: string, group: string, messages: readonly Message[]): void;
  /** Sends what is queued, one write per connection. Once per turn of the loop. */
  flush(): void;
  /** @throws PeerError */
  request(to: string, method: string, body: Uint8Array, options: RequestOptions): Promise<Uint8Array>;
  /**
   * Sends a stream, never faster than the receiver consumes it: `chunks` is asked for more only when there is room.
   * No time limit of its own: a stream ends by `signal`, by the peer, or with the connection.
   * @returns the receiver's answer once it has consumed everything
   * @throws PeerError; what `chunks` throws aborts the stream and is thrown on
   */
  sendStream(
    to: string,
    meta: Uint8Array,
    chunks: AsyncIterable<Uint8Array>,
    options?: { readonly signal?: AbortSignal | undefined },
  ): Promise<Uint8Array>;
  /** Null for a name that is neither listed nor connected. */
  state(name: string): PeerState | null;
  states(): ReadonlyMap<string, PeerState>;
  stats(): PeerStats;
  /** Shakes hands anew with these peers (default: all): call it when what `hello()` says has changed. */
  reconnect(names?: readonly string[]): void;
  /** Lab mode: cuts both directions to these names, replacing the list of before; `[]` heals. */
  dropPeers(names: readonly string[]): void;
  /** New certificates for connections made from now on. @throws when they do not fit together; the old ones then stay */
  reloadTls(tls: PeerTls): void;
}

/** What a transport is made of. */
export interface PeerTransportOptions {
  readonly name: string;
  /** `host:port` to listen on; port 0 takes a free one. */
  readonly listen: string;
  /** The cluster secret. Never sent, never logged. */
  readonly secret: string;
  readonly handlers: PeerHandlers;
  readonly log: Log;
  readonly timers: Timers;
  /** `[0, 1)`, for jitter. */
  readonly random: () => number;
  readonly tls?: PeerTls | undefined;
  readonly limits?: Partial<PeerLimits> | undefined;
}

/** Every bound of the transport. Those marked *(pair)* must be equal on all nodes: the receiver enforces what the sender keeps. */
export interface PeerLimits {
  /** Connecting and handshake together. */
  readonly handshakeMsMax: number;
  /** *(pair)* Bytes taken from a connection before it is authenticated. */
  readonly handshakeBytesMax: number;
  /** Accepted connections that have not shown who they are; the oldest gives way to a new one. */
  readonly unauthenticatedMax: number;
  /** A refusal is logged once per source and reason in this time. */
  readonly refusalLogMs: number;
  readonly pingMs: number;
  /** A connection on which nothing arrived for so long is closed. */
  readonly silenceMsMax: number;
  readonly reconnectMsMin: number;
  readonly reconnectMsMax: number;
  /** *(pair)* Body of one frame of Raft messages. */
  readonly raftFrameBytesMax: number;
  /** Raft bytes handed to a connection and not yet taken by the system. */
  readonly raftQueueBytesMax: number;
  /** *(pair)* Payload of one bulk frame. */
  readonly bulkChunkBytesMax: number;
  /** *(pair)* Requests to one peer without an answer yet. */
  readonly requestsMax: number;
  /** *(pair)* One request or response. */
  readonly requestBytesMax: number;
  /** *(pair)* Requests (or responses) queued for one peer, together. */
  readonly requestQueueBytesMax: number;
  /** *(pair)* Streams to one peer at a time. */
  readonly streamsMax: number;
  /** *(pair)* Bytes of a stream on their way that the receiver has not consumed. */
  readonly streamWindowBytes: number;
}
