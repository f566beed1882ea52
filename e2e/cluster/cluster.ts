/** A cluster of real processes on loopback ports, with its data in a folder of its own. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { entryPath } from '../../lib/contract/names.ts';
import type { ClusterStatus } from '../../lib/contract/cluster.ts';
import { rawRequest } from './http.ts';
import type { RawAnswer, RawRequest } from './http.ts';
import { NodeProcess } from './node-process.ts';
import { PeerNetwork } from './peer-network.ts';
import { freePorts } from './ports.ts';
import { until } from './until.ts';

export interface RealClusterOptions {
  /** 3 unless told otherwise; their names are n1, n2, … */
  readonly nodes?: number | undefined;
  /** How many of them, the last ones, do not form the cluster but join it: they have to be added. None unless told otherwise. */
  readonly joining?: number | undefined;
  /** Flags of every node, name and value by turns, beyond those that make it one of this cluster. */
  readonly flags?: readonly string[] | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Drawn unless given: data that was restored keeps its keys. */
  readonly adminKey?: string | undefined;
  /** Puts a proxy before every peer port: see `network`. */
  readonly proxied?: boolean | undefined;
  /** Another build of the program than the one of this checkout (`NodeSpec.program`). */
  readonly program?: string | undefined;
}

export interface ApiRequest extends RawRequest {
  /** Null: without a key. The admin key unless told otherwise. */
  readonly key?: string | null | undefined;
}

/** A machine that is busy with other things takes its time to load a program three times over. */
const READY_MS_MAX = 150_000;

function drawKey(): string {
  return `confman_${randomBytes(24).toString('base64url')}`;
}

export class RealCluster {
  readonly nodes: readonly NodeProcess[];
  readonly adminKey: string;
  /** Holds a folder of data and a log file per node. */
  readonly folder: string;
  readonly #network: PeerNetwork | null;

  private constructor(nodes: readonly NodeProcess[], adminKey: string, folder: string, network: PeerNetwork | null) {
    this.nodes = nodes;
    this.adminKey = adminKey;
    this.folder = folder;
    this.#network = network;
  }

  /** What lies between the peer ports of a cluster that was started `proxied`. */
  get network(): PeerNetwork {
    if (this.#network === null) throw new Error('this cluster has no proxies between its nodes');
    return this.#network;
  }

  /** Chooses ports and folders; nothing runs yet. */
  static async prepare({
    nodes = 3,
    joining = 0,
    flags = [],
    env = {},
    adminKey = drawKey(),
    proxied = false,
    program,
  }: RealClusterOptions = {}): Promise<RealCluster> {
    const folder = await mkdtemp(join(tmpdir(), 'confman-real-'));
    const ports = await freePorts(3 * nodes);
    const network = proxied ? new PeerNetwork() : null;
    const secret = randomBytes(24).toString('hex');
    const ids = Array.from({ length: nodes }, (_, at) => `n${at + 1}`);
    const portOf = (at: number, kind: 0 | 1 | 2): number => ports[3 * at + kind] ?? Number.NaN;
    const ownPeer = (at: number): string => `127.0.0.1:${portOf(at, 1)}`;
    const peerOf = (at: number): string => (network === null ? ownPeer(at) : `127.0.0.1:${portOf(at, 2)}`);
    const founders = nodes - joining;
    const list = ids
      .slice(0, founders)
      .map((id, at) => `${id}=${peerOf(at)}`)
      .join(',');
    const doors = ids.slice(0, founders).map((_, at) => `http://127.0.0.1:${portOf(at, 0)}`);
    const processes = ids.map((id, at) => {
      const listen = `127.0.0.1:${portOf(at, 0)}`;
      const data = join(folder, id);
      const way =
        at < founders
          ? ['--initial-cluster', list]
          : ['--join', doors.join(','), '--advertise-peer', peerOf(at), '--advertise-url', `http://${listen}`];
      return new NodeProcess({
        id,
        url: `http://${listen}`,
        peer: peerOf(at),
        data,
        flags: ['--id', id, '--data', data, '--listen', listen, '--peer-listen', ownPeer(at), ...way, ...flags],
        env: { CONFMAN_CLUSTER_SECRET: secret, CONFMAN_ADMIN_KEY: adminKey, CONFMAN_LAB: '1', CONFMAN_WEB: 'false', ...env },
        logFile: join(folder, `${id}.log`),
        program,
      });
    });
    if (network !== null) for (const [at, id] of ids.entries()) await network.serve(id, portOf(at, 2), portOf(at, 1));
    return new RealCluster(processes, adminKey, folder, network);
  }

  /** A cluster that serves on all nodes. */
  static async start(options: RealClusterOptions = {}): Promise<RealCluster> {
    const cluster = await RealCluster.prepare(options);
    try {
      for (const node of cluster.nodes) node.start();
      await cluster.ready();
    } catch (error) {
      await cluster.stop();
      throw error;
    }
    return cluster;
  }

  /** Ends every process by kill -9 and removes the data. */
  async stop(): Promise<void> {
    await Promise.all(this.nodes.map(async (node) => node.kill()));
    await this.#network?.stop();
    await rm(this.folder, { recursive: true, force: true });
  }

  node(id: string): NodeProcess {
    const node = this.nodes.find((each) => each.id === id);
    if (node === undefined) throw new Error(`this cluster has no ${id}`);
    return node;
  }

  others(...these: readonly NodeProcess[]): readonly NodeProcess[] {
    return this.nodes.filter((node) => !these.includes(node));
  }

  /** Resolves when all these nodes are ready to serve, by their own account. */
  async ready(nodes: readonly NodeProcess[] = this.nodes): Promise<void> {
    await Promise.all(
      nodes.map(async (node) =>
        until(
          `${node.id} is ready`,
          async () => {
            if (!node.runs) throw new Error(`${node.id} ended: ${node.said.slice(-2000)}`);
            const { status, text } = await rawRequest(`${node.url}/health/ready`, { timeoutMs: 5_000 });
            if (status !== 200) throw new Error(text);
            return true;
          },
          READY_MS_MAX,
        ),
      ),
    );
  }

  /** A request to the API of a node; `path` is below `/api/v1` unless it starts with `/health` or `/metrics`. */
  async api(node: NodeProcess, path: string, { key = this.adminKey, headers = {}, ...rest }: ApiRequest = {}): Promise<RawAnswer> {
    const authorization = key === null ? {} : { authorization: `Bearer ${key}` };
    return rawRequest(`${node.url}${/^\/(health|metrics|api)/.test(path) ? '' : '/api/v1'}${path}`, {
      ...rest,
      headers: { ...authorization, ...headers },
    });
  }

  async put(node: NodeProcess, namespace: string, key: string, value: string, request: ApiRequest = {}): Promise<RawAnswer> {
    return this.api(node, entryPath(namespace, key), { ...request, method: 'PUT', body: { value } });
  }

  async get(node: NodeProcess, namespace: string, key: string, headers: Readonly<Record<string, string>> = {}): Promise<RawAnswer> {
    return this.api(node, entryPath(namespace, key), { headers });
  }

  async lab(node: NodeProcess, change: Readonly<Record<string, unknown>>): Promise<void> {
    const { status, text } = await this.api(node, '/lab', { method: 'POST', body: change });
    if (status !== 200) throw new Error(`${node.id} refuses ${JSON.stringify(change)}: ${status} ${text}`);
  }

  async status(node: NodeProcess): Promise<ClusterStatus> {
    const { status, json, text } = await this.api(node, '/cluster', { timeoutMs: 5_000 });
    if (status !== 200) throw new Error(`${node.id}: ${status} ${text}`);
    return json as unknown as ClusterStatus;
  }

  /** Asks `by` to add a node, as it says of itself that it can be reached. */
  async addMember(by: NodeProcess, { id, url, spec: { peer } }: NodeProcess, replaces?: string): Promise<RawAnswer> {
    return this.api(by, '/cluster/members', { method: 'POST', body: { id, peer, url, ...(replaces === undefined ? {} : { replaces }) } });
  }

  async removeMember(by: NodeProcess, id: string): Promise<RawAnswer> {
    return this.api(by, `/cluster/members/${id}`, { method: 'DELETE' });
  }

  /** Names of the voters, as this node sees them, sorted. */
  async voters(seenBy: NodeProcess): Promise<readonly string[]> {
    const [group] = (await this.status(seenBy)).groups;
    return (group?.members ?? []).flatMap(({ node, voter }) => (voter ? [node] : [])).toSorted();
  }

  /** The node that leads and that these nodes all know to lead. */
  async leader(seenBy: readonly NodeProcess[] = this.nodes): Promise<NodeProcess> {
    return until(`one leader is known to ${seenBy.map(({ id }) => id).join(', ')}`, async () => {
      const leaders = await Promise.all(seenBy.map(async (node) => (await this.status(node)).groups[0]?.leader ?? null));
      const [first] = leaders;
      return first !== undefined && first !== null && leaders.every((leader) => leader === first) ? this.node(first) : null;
    });
  }

  /** A number of `/metrics`; labels as they are printed. */
  async metric(node: NodeProcess, name: string): Promise<number> {
    const { text } = await this.api(node, '/metrics');
    const line = text.split('\n').find((each) => each.startsWith(`${name} `) || each.startsWith(`${name}{`));
    if (line === undefined) throw new Error(`${node.id} has no metric ${name}`);
    return Number(line.slice(line.lastIndexOf(' ') + 1));
  }
}
