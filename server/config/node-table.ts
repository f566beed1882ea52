/** Every setting of a node: the one place where a new one is added. */
import { CONSISTENCY_MODES } from '../../lib/contract/model.ts';
import { nodeIdFault } from '../../lib/contract/names.ts';
import { choice, list, nonEmpty, oneOf, optional, switched, value, whole } from './setting.ts';
import {
  formatDuration,
  formatHostPort,
  formatSize,
  NotationError,
  parseBaseUrl,
  parseDurationMs,
  parseHostPort,
  parseSizeBytes,
} from './units.ts';
import type { Parse, Setting } from './setting.ts';
import type { HostPort } from './units.ts';

const MiB = 2 ** 20;
const GiB = 2 ** 30;

/** A node as `--initial-cluster` lists it. */
export interface InitialMember {
  readonly node: string;
  /** Peer address, `host:port`, as the others reach it. */
  readonly peer: string;
}

/** How many revisions of a key are kept: those that are among the newest `revisionsMax` and younger than `ageMsMax`; the newest always. */
export interface HistoryKeep {
  readonly revisionsMax: number;
  readonly ageMsMax: number;
}

function parseNodeId(text: string): string {
  const fault = nodeIdFault(text);
  if (fault !== null) throw new NotationError(fault);
  return text;
}

function parseInitialMember(text: string): InitialMember {
  const at = text.indexOf('=');
  if (at < 0) throw new NotationError('expected id=host:port, separated by commas');
  return { node: parseNodeId(text.slice(0, at)), peer: formatHostPort(parseHostPort(text.slice(at + 1))) };
}

function parseHistoryKeep(text: string): HistoryKeep {
  const match = /^(\d{1,9})\/(.+)$/.exec(text);
  const revisionsMax = Number(match?.[1]);
  if (match === null || revisionsMax < 1) throw new NotationError('expected revisions/age, such as 100/90d');
  return { revisionsMax, ageMsMax: parseDurationMs(match[2] ?? '') };
}

function parseSecret(text: string): string {
  if (text.length < 16 || text.length > 1024) throw new NotationError('a secret has 16 to 1024 characters');
  return text;
}

function parseAdminKey(text: string): string {
  if (!/^confman_[A-Za-z0-9_-]{16,200}$/.test(text))
    throw new NotationError('an admin key is confman_ and then 16 to 200 of A-Z a-z 0-9 _ -');
  return text;
}

function address(doc: string, fallback: HostPort): Setting<HostPort> {
  return value({ placeholder: 'HOST:PORT', parse: parseHostPort, fallback, format: formatHostPort, doc });
}

function file(doc: string): Setting<string | null> {
  return optional({ placeholder: 'FILE', parse: nonEmpty, doc });
}

function durationBetween(minMs: number, maxMs: number): Parse<number> {
  return (text) => {
    const ms = parseDurationMs(text);
    if (ms < minMs || ms > maxMs) throw new NotationError(`expected a duration from ${formatDuration(minMs)} to ${formatDuration(maxMs)}`);
    return ms;
  };
}

function duration(fallback: number, minMs: number, maxMs: number, doc: string): Setting<number> {
  return value({ placeholder: 'DURATION', parse: durationBetween(minMs, maxMs), fallback, format: formatDuration, doc });
}

function sizeBetween(minBytes: number, maxBytes: number): Parse<number> {
  return (text) => {
    const bytes = parseSizeBytes(text);
    if (bytes < minBytes || bytes > maxBytes)
      throw new NotationError(`expected a size from ${formatSize(minBytes)} to ${formatSize(maxBytes)}`);
    return bytes;
  };
}

function size(fallback: number, minBytes: number, maxBytes: number, doc: string): Setting<number> {
  return value({ placeholder: 'SIZE', parse: sizeBetween(minBytes, maxBytes), fallback, format: formatSize, doc });
}

const dayMs = 86_400_000;

export const clusterSecretSetting: Setting<string | null> = optional({
  placeholder: 'SECRET',
  parse: parseSecret,
  secret: true,
  doc: 'Shared by all nodes of the cluster: proves membership between them and seals session cookies.',
});

export const adminKeySetting: Setting<string | null> = optional({
  placeholder: 'KEY',
  parse: parseAdminKey,
  secret: true,
  doc: 'First API key of the cluster, used only when the cluster is formed.',
});

export const nodeTable = {
  id: value({ placeholder: 'NAME', parse: parseNodeId, fallback: 'n1', doc: 'Name of this node within its cluster.' }),
  data: value({ placeholder: 'DIR', parse: nonEmpty, fallback: '.confman/n1', doc: 'Directory that this node alone keeps its data in.' }),
  listen: address('Address of the public HTTP port: API, health, metrics, console.', { host: '127.0.0.1', port: 6100 }),
  'peer-listen': address('Address of the port on which the nodes speak to each other.', { host: '127.0.0.1', port: 6101 }),
  'initial-cluster': list({
    placeholder: 'ID=HOST:PORT,…',
    element: parseInitialMember,
    formatElement: ({ node, peer }) => `${node}=${peer}`,
    fallback: [],
    doc: 'Every node that forms the cluster, this one included, with equal lists on all of them. Without it the node forms a cluster of its own.',
  }),
  join: list({
    placeholder: 'URL,…',
    element: parseBaseUrl,
    fallback: [],
    doc: 'Base URLs of nodes of a cluster that this node is to join: it has to be added there, and starts with an empty data directory. Ignored once it has joined.',
  }),
  'advertise-url': optional({
    placeholder: 'URL',
    parse: parseBaseUrl,
    doc: 'Base URL by which clients and other nodes reach the public port; by default made from listen.',
  }),
  'advertise-peer': optional({
    placeholder: 'HOST:PORT',
    parse: parseHostPort,
    format: formatHostPort,
    doc: 'Address by which other nodes reach the peer port; by default that of this node in initial-cluster, else peer-listen.',
  }),
  insecure: switched({ fallback: false, doc: 'Allow ports beyond loopback without TLS.' }),
  'tls-cert': file('Certificate chain of the public port (PEM); read again when it changes.'),
  'tls-key': file('Private key of the public port (PEM).'),
  'peer-tls-cert': file('Certificate of this node for the peer port, as server and as client (PEM).'),
  'peer-tls-key': file('Private key of the peer port (PEM).'),
  'peer-tls-ca': file('Certificate authority that every peer certificate must come from (PEM).'),
  'cluster-secret': clusterSecretSetting,
  'admin-key': adminKeySetting,
  'cluster-name': value({
    placeholder: 'NAME',
    parse: parseClusterName,
    fallback: 'confman',
    doc: 'Name of the cluster that people read.',
  }),
  'default-consistency': choice({
    words: CONSISTENCY_MODES,
    fallback: 'eventual',
    doc: 'Mode of a read that names none and carries no token.',
  }),
  'strict-namespaces': switched({ fallback: false, doc: 'Refuse a write into a namespace that does not exist, instead of creating it.' }),
  'max-value-bytes': size(MiB, 1, 8 * MiB, 'Largest value of an entry.'),
  'max-waiters': value({
    placeholder: 'N',
    parse: whole(0, 1_000_000),
    fallback: 10_000,
    doc: 'Reads that may wait for a version at the same time.',
  }),
  'max-voters': value({
    placeholder: 'N',
    parse: whole(1, 15),
    fallback: 5,
    doc: 'A node that was added does not become a voter when there are so many: it stays a learner until one of them is removed.',
  }),
  'ready-max-lag': value({
    placeholder: 'ENTRIES',
    parse: whole(0, 1_000_000_000),
    fallback: 1000,
    doc: 'How many committed entries a node may still have to apply and yet call itself ready.',
  }),
  'disk-reserve': size(512 * MiB, 0, 2 ** 50, 'Free disk space below which writes are refused, while reads and deletes go on.'),
  'state-bytes-max': size(16 * GiB, MiB, 2 ** 50, 'Size of the state above which writes are refused, while reads and deletes go on.'),
  'checkpoint-interval': duration(
    30_000,
    100,
    3_600_000,
    'Time after which changes of the state are made durable and the log behind them may be cut; sooner when there are many.',
  ),
  'log-tail-entries': value({
    placeholder: 'ENTRIES',
    parse: whole(0, 1_000_000_000),
    fallback: 50_000,
    doc: 'Log entries kept behind the last checkpoint: a node that comes back within so many needs no copy of the state.',
  }),
  'compare-interval': duration(
    600_000,
    0,
    86_400_000,
    'Time between two comparisons of what the replicas hold; 0s: never. One that takes long comes less often.',
  ),
  tick: duration(100, 1, 10_000, 'Unit of time of the consensus core, and the heartbeat interval.'),
  'election-timeout': duration(
    1000,
    5,
    600_000,
    'Silence of the leader after which a follower starts an election: drawn between once and twice this time.',
  ),
  'write-deadline': duration(5000, 1, 30_000, 'How long a write may take when its caller does not say.'),
  'history-keep': value({
    placeholder: 'N/AGE',
    parse: parseHistoryKeep,
    fallback: { revisionsMax: 100, ageMsMax: 90 * dayMs },
    format: ({ revisionsMax, ageMsMax }) => `${revisionsMax}/${formatDuration(ageMsMax)}`,
    doc: 'Revisions kept per key: so many, none older than the age; the newest always.',
  }),
  'audit-keep': duration(400 * dayMs, 3_600_000, 36_500 * dayMs, 'Age up to which audit events are kept.'),
  'log-level': value({
    placeholder: 'LEVEL',
    parse: oneOf(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']),
    fallback: 'info',
    doc: 'Least severe level that is logged.',
  }),
  lab: switched({ fallback: false, doc: 'Offer fault injection to administrators, for demonstrations and tests.' }),
  'api-door': choice({
    words: ['node', 'next'],
    fallback: 'node',
    doc: 'Which door serves /api on the public port: the HTTP server of the node itself, or the console’s route handler.',
  }),
  web: switched({ fallback: true, doc: 'Serve the console; --no-web runs the API alone.' }),
  'stop-with-stdin': switched({
    fallback: false,
    doc: 'Stop when standard input ends: whoever holds its other end can then never leave this node behind.',
  }),
} as const;

function parseClusterName(text: string): string {
  if (!/^[A-Za-z0-9][A-Za-z0-9 ._-]{0,62}$/.test(text))
    throw new NotationError('a cluster name has 1 to 63 of A-Z a-z 0-9, space, . _ -, and starts with a letter or a digit');
  return text;
}
