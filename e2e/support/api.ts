import { createClient } from '../../lib/client/create-client.ts';
import type { ConfmanClient } from '../../lib/client/create-client.ts';
import type { ClusterStatus } from '../../lib/contract/cluster.ts';
import type { Entry, Role } from '../../lib/contract/model.ts';
import { historiesOf } from '../../lib/contract/token.ts';
import { encodeTokenCookie, tokenCookieName } from '../../lib/queries/token-cookie.ts';
import type { ConsoleCluster } from './cluster.ts';

/** What tests do behind the screen: set up, and look after. Speaks to the API with the admin key. */
export class Api {
  readonly cluster: ConsoleCluster;
  readonly client: ConfmanClient;
  readonly #keys = new Map<Role, string>();

  constructor(cluster: ConsoleCluster) {
    this.cluster = cluster;
    this.client = createClient({ endpoints: cluster.nodes.map(({ url }) => url), key: cluster.adminKey });
  }

  /** An API key of this role; one per cluster. */
  async keyOf(role: Role): Promise<string> {
    const known = this.#keys.get(role);
    if (known !== undefined) return known;
    const { data } = await this.client.keys.create({ name: `e2e-${role}`, role });
    if (data.secret === null) throw new Error('a new key comes with its secret');
    this.#keys.set(role, data.secret);
    return data.secret;
  }

  /**
   * What the cluster holds of an entry now, whoever wrote it. This client's own token says nothing of what a browser has
   * saved: with it alone, a node that lags might rightly answer with what was there before.
   */
  async entry(namespace: string, key: string): Promise<Entry> {
    return (await this.client.config.get(namespace, key, { consistency: 'linearizable' })).data;
  }

  /** The cookie by which a browser reads no less than this client has seen or written; null before that is anything. */
  seen(): { readonly name: string; readonly value: string } | null {
    const [cluster] = historiesOf(this.client.session.token).flatMap((history) => history?.split('.')[0] ?? []);
    return cluster === undefined
      ? null
      : { name: tokenCookieName(cluster), value: encodeTokenCookie({ ...this.client.session.export(), clock: null }) };
  }

  async status(): Promise<ClusterStatus> {
    return (await this.client.cluster.status()).data;
  }

  /** The group that every cluster has. */
  async #group(): Promise<ClusterStatus['groups'][number] | undefined> {
    return (await this.status()).groups.find(({ id }) => id === 'default');
  }

  /** A node that follows: the one whose applying a test may hold. */
  async follower(): Promise<string> {
    const group = await this.#group();
    const leader = group?.leader;
    const follower = group?.members.find(({ node }) => node !== leader);
    if (leader === null || leader === undefined || follower === undefined) throw new Error('the cluster has no leader with followers');
    return follower.node;
  }

  async leader(): Promise<string> {
    const leader = (await this.#group())?.leader;
    if (leader === null || leader === undefined) throw new Error('the cluster has no leader');
    return leader;
  }

  /** Cuts every node off from all others, or heals all links. */
  async cutAll(cut: boolean): Promise<void> {
    const { nodes, adminKey } = this.cluster;
    await Promise.all(
      nodes.map(({ id, url }) => {
        const others = nodes.filter((other) => other.id !== id).map((other) => other.id);
        return createClient({ endpoints: [url], key: adminKey }).lab.set({ dropPeers: cut ? others : [] });
      }),
    );
  }

  /** Cuts one node off from all others, in both directions, or heals its links. */
  async cut(node: string, cut: boolean): Promise<void> {
    const { nodes, adminKey } = this.cluster;
    await Promise.all(
      nodes.map(({ id, url }) => {
        const others = id === node ? nodes.filter((other) => other.id !== id).map((other) => other.id) : [node];
        return createClient({ endpoints: [url], key: adminKey }).lab.set({ dropPeers: cut ? others : [] });
      }),
    );
  }

  /** Keeps a node from applying what is committed, or lets it go on. */
  async holdApply(node: string, holdApply: boolean): Promise<void> {
    await createClient({ endpoints: [this.cluster.node(node).url], key: this.cluster.adminKey }).lab.set({ holdApply });
  }
}
