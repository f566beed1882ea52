import { query } from '../request.ts';
import { Listing } from '../listing.ts';
import type {
  ApiKey,
  ApiKeyList,
  CreateKeyAnswer,
  CreateKeyRequest,
  RevokeKeyAnswer,
  Session as SignedIn,
  SignOutAnswer,
} from '../../contract/schemas/access.ts';
import type {
  AddMemberAnswer,
  AddMemberRequest,
  ClusterStatus,
  LabRequest,
  LabState,
  RemoveMemberAnswer,
  TransferLeaderAnswer,
} from '../../contract/schemas/cluster.ts';
import type { ReplicaJournal } from '../../contract/schemas/journal.ts';
import type { Exchange } from '../exchange.ts';
import type { PageOptions } from '../listing.ts';
import type { Answer, CallOptions, ReadOptions, WriteOptions } from '../types.ts';

/** `/cluster` (spec 3, section 3). */
export class Cluster {
  readonly #exchange: Exchange;

  constructor(exchange: Exchange) {
    this.#exchange = exchange;
  }

  /** The whole cluster as the answering node sees it. */
  async status(options: ReadOptions = {}): Promise<Answer<ClusterStatus>> {
    return this.#exchange.call({ kind: 'read', method: 'GET', path: '/api/v1/cluster', options, cacheable: false });
  }

  /** What one node's replica went through lately; name the node with `node`. With `index`: when that entry went through which step. */
  async journal(group: string, options: ReadOptions & { readonly index?: number | undefined } = {}): Promise<Answer<ReplicaJournal>> {
    const { index, ...rest } = options;
    const path = `/api/v1/cluster/groups/${encodeURIComponent(group)}/journal${query({ index })}`;
    return this.#exchange.call({ kind: 'read', method: 'GET', path, options: { session: false, ...rest }, cacheable: false });
  }

  /** Hands the leadership of a group to a voter. */
  async transferLeader(group: string, node: string, options: CallOptions = {}): Promise<Answer<TransferLeaderAnswer>> {
    return this.#exchange.call({
      kind: 'write',
      method: 'POST',
      path: `/api/v1/cluster/groups/${encodeURIComponent(group)}/leader`,
      body: { node },
      options,
      repeatable: 'always',
    });
  }

  /** Adds a node, as a learner that becomes a voter when it has caught up. The node itself is started with `--join`. */
  async addMember(body: AddMemberRequest, options: CallOptions = {}): Promise<Answer<AddMemberAnswer>> {
    return this.#exchange.call({ kind: 'write', method: 'POST', path: '/api/v1/cluster/members', body, options, repeatable: 'always' });
  }

  /** Removes a member for good; its process stops by itself. */
  async removeMember(id: string, options: CallOptions = {}): Promise<Answer<RemoveMemberAnswer>> {
    return this.#exchange.call({
      kind: 'write',
      method: 'DELETE',
      path: `/api/v1/cluster/members/${encodeURIComponent(id)}`,
      options,
      repeatable: 'never',
    });
  }
}

/** `/keys`: for administrators. */
export class Keys {
  readonly #exchange: Exchange;

  constructor(exchange: Exchange) {
    this.#exchange = exchange;
  }

  list(options: ReadOptions & PageOptions = {}): Listing<ApiKey, ApiKeyList> {
    const { limit } = options;
    return new Listing(
      (cursor) =>
        this.#exchange.call({ kind: 'read', method: 'GET', path: `/api/v1/keys${query({ limit, cursor })}`, options, cacheable: false }),
      options.cursor,
    );
  }

  /** The secret is in this answer only; null when the answer is a replay of an earlier one. */
  async create(body: CreateKeyRequest, options: WriteOptions = {}): Promise<Answer<CreateKeyAnswer>> {
    return this.#exchange.call({ kind: 'write', method: 'POST', path: '/api/v1/keys', body, options, repeatable: 'key' });
  }

  async revoke(id: string, options: WriteOptions = {}): Promise<Answer<RevokeKeyAnswer>> {
    return this.#exchange.call({
      kind: 'write',
      method: 'DELETE',
      path: `/api/v1/keys/${encodeURIComponent(id)}`,
      options,
      repeatable: 'key',
    });
  }
}

/** `/session`: who am I, and the cookie of browsers. */
export class SignIn {
  readonly #exchange: Exchange;

  constructor(exchange: Exchange) {
    this.#exchange = exchange;
  }

  async whoAmI(options: ReadOptions = {}): Promise<Answer<SignedIn>> {
    return this.#exchange.call({ kind: 'read', method: 'GET', path: '/api/v1/session', options, cacheable: false });
  }

  /** Sets the session cookie. Attempts are limited, so a failed one is not repeated. */
  async signIn(key: string, options: CallOptions = {}): Promise<Answer<SignedIn>> {
    return this.#exchange.call({
      kind: 'write',
      method: 'POST',
      path: '/api/v1/session',
      body: { key },
      options,
      repeatable: 'never',
    });
  }

  async signOut(options: CallOptions = {}): Promise<Answer<SignOutAnswer>> {
    return this.#exchange.call({ kind: 'write', method: 'DELETE', path: '/api/v1/session', options, repeatable: 'always' });
  }
}

/** `/lab`: fault injection, only where the node was started with it. Speaks of the node that is asked: name it with `node`. */
export class Lab {
  readonly #exchange: Exchange;

  constructor(exchange: Exchange) {
    this.#exchange = exchange;
  }

  async state(options: ReadOptions = {}): Promise<Answer<LabState>> {
    return this.#exchange.call({
      kind: 'read',
      method: 'GET',
      path: '/api/v1/lab',
      options: { session: false, ...options },
      cacheable: false,
    });
  }

  async set(change: LabRequest, options: CallOptions = {}): Promise<Answer<LabState>> {
    return this.#exchange.call({ kind: 'write', method: 'POST', path: '/api/v1/lab', body: change, options, repeatable: 'always' });
  }
}
