/** The settings of a node as the rest of the server sees them: parsed, checked against each other, and named by their units. */
import type { ConsistencyMode } from '../../lib/contract/model.ts';
import type { HistoryKeep, InitialMember } from './node-table.ts';
import type { HostPort } from './units.ts';

export interface NodeSettings {
  readonly id: string;
  /** Absolute path of this node's data directory. */
  readonly data: string;
  /** The public HTTP port. */
  readonly listen: HostPort;
  readonly peerListen: HostPort;
  /** Who forms the cluster when the data directory is empty: sorted by id, this node among them; none for a node that joins. */
  readonly initialMembers: readonly InitialMember[];
  /** Base URLs of nodes of the cluster that this node joins when its data directory is empty; none: it forms one. */
  readonly join: readonly string[];
  /** Base URL by which clients reach this node, without a trailing slash. */
  readonly advertiseUrl: string;
  /** `host:port` by which other nodes reach the peer port. */
  readonly advertisePeer: string;
  readonly insecure: boolean;
  /** HTTPS on the public port. Absolute paths, to be read again when they change. */
  readonly tls: { readonly certFile: string; readonly keyFile: string } | null;
  /** Mutual TLS on the peer port. */
  readonly peerTls: { readonly certFile: string; readonly keyFile: string; readonly caFile: string } | null;
  /** Null only for a cluster of one node that was given none: such a node keeps one of its own in its data directory (`keptSecret`). */
  readonly clusterSecret: string | null;
  readonly adminKey: string | null;
  readonly clusterName: string;
  readonly defaultConsistency: ConsistencyMode;
  readonly strictNamespaces: boolean;
  readonly valueBytesMax: number;
  readonly waitersMax: number;
  /** Learners are made voters up to this number. */
  readonly votersMax: number;
  /** Entries between commit and applied index. */
  readonly readyLagEntriesMax: number;
  readonly diskReserveBytes: number;
  readonly stateBytesMax: number;
  /** How often the state is made durable, so that the log may be cut. */
  readonly checkpointIntervalMs: number;
  /** Entries of the log that are kept behind the last checkpoint of the state. */
  readonly logTailEntries: number;
  /** Between two comparisons of the replicas; 0: never. */
  readonly compareIntervalMs: number;
  readonly tickMs: number;
  /** T: elections start after [T, 2T) of silence. A whole multiple of `tickMs`. */
  readonly electionTimeoutMs: number;
  readonly writeDeadlineMs: number;
  readonly historyKeep: HistoryKeep;
  readonly auditKeepMs: number;
  readonly logLevel: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';
  readonly lab: boolean;
  /** Which door serves `/api` on the public port. */
  readonly apiDoor: 'node' | 'next';
  /** Whether the console is served. */
  readonly web: boolean;
  /** The process stops as on SIGTERM when its standard input ends. */
  readonly stopWithStdin: boolean;
}
