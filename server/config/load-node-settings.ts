/** Reads and judges the settings of a node: each by itself first, then together. */
import { resolve } from 'node:path';
import { parse as parseYaml } from 'yaml';
import { everyName } from './every-name.ts';
import { parseFlags } from './flags.ts';
import { nodeTable } from './node-table.ts';
import { resolveSettings, SettingsError } from './sources.ts';
import { formatHostPort, isLoopback, isWildcard } from './units.ts';
import type { NodeSettings } from './node-settings.ts';
import type { ReadText, Resolved } from './sources.ts';
import type { Values } from './setting.ts';

export interface NodeSources {
  /** Without the program and the script. */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Relative paths are taken from here. */
  readonly cwd?: string | undefined;
  readonly readText?: ReadText | undefined;
}

type NodeValues = Values<typeof nodeTable>;

export interface LoadedNodeSettings {
  readonly settings: NodeSettings;
  readonly resolved: Resolved<typeof nodeTable>;
}

/**
 * The settings of a node from flags, variables and a file.
 *
 * @throws SettingsError with every fault
 */
export function loadNodeSettings(sources: NodeSources): NodeSettings {
  return loadNodeSettingsWithOrigins(sources).settings;
}

/**
 * The same, with where each value comes from.
 *
 * @throws SettingsError with every fault
 */
export function loadNodeSettingsWithOrigins(sources: NodeSources): LoadedNodeSettings {
  const flags = parseFlags(nodeTable, sources.argv);
  const resolved = resolveSettings(nodeTable, { flags, env: sources.env, readText: sources.readText, parseYaml, otherNames: everyName });
  const { values } = resolved;
  const faults = [...clusterFaults(values), ...exposureFaults(values), ...tlsFaults(values), ...timingFaults(values)];
  if (faults.length > 0) throw new SettingsError(faults);
  return { settings: toNodeSettings(values, sources.cwd ?? process.cwd()), resolved };
}

function clusterFaults(values: NodeValues): readonly string[] {
  const faults: string[] = [];
  const members = values['initial-cluster'];
  const ids = new Set(members.map(({ node }) => node));
  if (ids.size < members.length) faults.push('initial-cluster: an id occurs twice');
  if (new Set(members.map(({ peer }) => peer)).size < members.length) faults.push('initial-cluster: a peer address occurs twice');
  if (members.length > 0 && !ids.has(values.id)) faults.push(`initial-cluster does not list this node, ${values.id}`);
  if (values.join.length > 0 && members.length > 0)
    faults.push('join and initial-cluster exclude each other: a node joins a cluster, or forms one with others');
  if (values['cluster-secret'] === null && values.join.length > 0)
    faults.push('cluster-secret: a node that joins proves by it that it belongs to the cluster; give it the secret of the other nodes');
  if (values['cluster-secret'] === null && members.length > 1) {
    faults.push(
      'cluster-secret: several nodes prove to each other that they belong together by a secret; give all of them the same CONFMAN_CLUSTER_SECRET or --cluster-secret-file',
    );
  }
  return faults;
}

/** The loopback rule of spec 3, section 1. */
function exposureFaults(values: NodeValues): readonly string[] {
  const faults: string[] = [];
  const { listen, 'peer-listen': peerListen } = values;
  if (listen.port === peerListen.port && (listen.host === peerListen.host || isWildcard(listen.host) || isWildcard(peerListen.host)))
    faults.push('listen and peer-listen need different ports');
  if (!values.insecure) {
    if (!isLoopback(listen.host) && values['tls-cert'] === null) {
      faults.push(
        `listen ${formatHostPort(listen)} is reachable from other machines: give --tls-cert and --tls-key, or say --insecure to go without`,
      );
    }
    if (!isLoopback(peerListen.host) && values['peer-tls-cert'] === null) {
      faults.push(
        `peer-listen ${formatHostPort(peerListen)} is reachable from other machines: give --peer-tls-cert, --peer-tls-key and --peer-tls-ca, or say --insecure to go without`,
      );
    }
  }
  if (isWildcard(listen.host) && values['advertise-url'] === null)
    faults.push(
      `listen ${formatHostPort(listen)} is no address that anybody can connect to: say with --advertise-url which one clients are to use`,
    );
  const advertised = advertisedPeer(values);
  if (isWildcard(advertised.slice(0, advertised.lastIndexOf(':')).replaceAll(/[[\]]/g, ''))) {
    faults.push(
      `peer-listen ${formatHostPort(peerListen)} is no address that anybody can connect to: say with --advertise-peer which one other nodes are to use`,
    );
  }
  return faults;
}

function tlsFaults(values: NodeValues): readonly string[] {
  const faults: string[] = [];
  if ((values['tls-cert'] === null) !== (values['tls-key'] === null)) faults.push('tls-cert and tls-key belong together');
  const peer = [values['peer-tls-cert'], values['peer-tls-key'], values['peer-tls-ca']].filter((file) => file !== null);
  if (peer.length !== 0 && peer.length !== 3) faults.push('peer-tls-cert, peer-tls-key and peer-tls-ca belong together');
  const url = values['advertise-url'];
  if (url !== null && url.startsWith('http:') && values['tls-cert'] !== null)
    faults.push('advertise-url must be https:// when tls-cert is given');
  return faults;
}

/** An election needs several missed heartbeats, and timeouts are counted in ticks. */
function timingFaults(values: NodeValues): readonly string[] {
  const ticks = values['election-timeout'] / values.tick;
  if (Number.isInteger(ticks) && ticks >= 5) return [];
  return ['election-timeout must be a whole multiple of tick, at least 5 times as long'];
}

function advertisedPeer(values: NodeValues): string {
  const explicit = values['advertise-peer'];
  if (explicit !== null) return formatHostPort(explicit);
  return values['initial-cluster'].find(({ node }) => node === values.id)?.peer ?? formatHostPort(values['peer-listen']);
}

function toNodeSettings(values: NodeValues, cwd: string): NodeSettings {
  const absolute = (file: string): string => resolve(cwd, file);
  const advertisePeer = advertisedPeer(values);
  const alone = values.join.length > 0 ? [] : [{ node: values.id, peer: advertisePeer }];
  const members = values['initial-cluster'].length > 0 ? values['initial-cluster'] : alone;
  const { 'tls-cert': certFile, 'tls-key': keyFile, 'peer-tls-cert': peerCert, 'peer-tls-key': peerKey, 'peer-tls-ca': peerCa } = values;
  const scheme = certFile === null ? 'http' : 'https';
  return {
    id: values.id,
    data: absolute(values.data),
    listen: values.listen,
    peerListen: values['peer-listen'],
    initialMembers: members.toSorted((a, b) => (a.node < b.node ? -1 : 1)),
    join: values.join,
    advertiseUrl: values['advertise-url'] ?? `${scheme}://${formatHostPort(values.listen)}`,
    advertisePeer,
    insecure: values.insecure,
    tls: certFile === null || keyFile === null ? null : { certFile: absolute(certFile), keyFile: absolute(keyFile) },
    peerTls:
      peerCert === null || peerKey === null || peerCa === null
        ? null
        : { certFile: absolute(peerCert), keyFile: absolute(peerKey), caFile: absolute(peerCa) },
    clusterSecret: values['cluster-secret'],
    adminKey: values['admin-key'],
    clusterName: values['cluster-name'],
    defaultConsistency: values['default-consistency'],
    strictNamespaces: values['strict-namespaces'],
    valueBytesMax: values['max-value-bytes'],
    waitersMax: values['max-waiters'],
    votersMax: values['max-voters'],
    readyLagEntriesMax: values['ready-max-lag'],
    diskReserveBytes: values['disk-reserve'],
    stateBytesMax: values['state-bytes-max'],
    checkpointIntervalMs: values['checkpoint-interval'],
    compareIntervalMs: values['compare-interval'],
    logTailEntries: values['log-tail-entries'],
    tickMs: values.tick,
    electionTimeoutMs: values['election-timeout'],
    writeDeadlineMs: values['write-deadline'],
    historyKeep: values['history-keep'],
    auditKeepMs: values['audit-keep'],
    logLevel: values['log-level'],
    lab: values.lab,
    apiDoor: values['api-door'],
    web: values.web,
    stopWithStdin: values['stop-with-stdin'],
  };
}
