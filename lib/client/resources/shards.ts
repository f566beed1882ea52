/** Where namespaces live: groups, routes, moves (spec 4). Every change can be planned first, with `dryRun`. */
import type {
  CreateGroupRequest,
  MovePartitionsRequest,
  PutRouteRequest,
  Registry,
  ShardChange,
  ShardPlacement,
  ShardPlan,
} from '../../contract/schemas/shards.ts';
import type { Exchange } from '../exchange.ts';
import { query } from '../request.ts';
import type { Answer, ReadOptions, WriteOptions } from '../types.ts';

/** `plan`: nothing is done, the answer says what would be. */
export type ShardOutcome = ({ readonly plan: true } & ShardPlan) | ({ readonly plan: false } & ShardChange);

export interface ShardOptions extends WriteOptions {
  readonly dryRun?: boolean | undefined;
}

export class Shards {
  readonly #exchange: Exchange;

  constructor(exchange: Exchange) {
    this.#exchange = exchange;
  }

  /** Groups, prefix routes, partitions, moves under way and done. */
  async registry(options: ReadOptions = {}): Promise<Answer<Registry>> {
    return this.#exchange.call({ kind: 'read', method: 'GET', path: '/api/v1/cluster/registry', options, cacheable: false });
  }

  /** Which group keeps a namespace, and why. */
  async placement(namespace: string, options: ReadOptions = {}): Promise<Answer<ShardPlacement>> {
    const path = `/api/v1/cluster/placement${query({ namespace })}`;
    return this.#exchange.call({ kind: 'read', method: 'GET', path, options, cacheable: false });
  }

  async createGroup(body: CreateGroupRequest, options: ShardOptions = {}): Promise<Answer<ShardOutcome>> {
    return this.#change('POST', '/groups', body, options);
  }

  /** Retires a group that nothing routes to. */
  async deleteGroup(id: string, options: ShardOptions = {}): Promise<Answer<ShardOutcome>> {
    return this.#change('DELETE', `/groups/${encodeURIComponent(id)}`, undefined, options);
  }

  /** Routes a prefix to a group; what it covers moves there. */
  async putRoute(body: PutRouteRequest, options: ShardOptions = {}): Promise<Answer<ShardOutcome>> {
    return this.#change('PUT', '/routes', body, options);
  }

  async deleteRoute(prefix: string, options: ShardOptions = {}): Promise<Answer<ShardOutcome>> {
    return this.#change('DELETE', `/routes/${encodeURIComponent(prefix)}`, undefined, options);
  }

  async movePartitions(body: MovePartitionsRequest, options: ShardOptions = {}): Promise<Answer<ShardOutcome>> {
    return this.#change('POST', '/partitions/move', body, options);
  }

  /** Spreads the partitions evenly over the groups. */
  async rebalance(options: ShardOptions = {}): Promise<Answer<ShardOutcome>> {
    return this.#change('POST', '/rebalance', undefined, options);
  }

  /** Asks to call a move off, unless it is decided already. */
  async abortMove(id: string, options: ShardOptions = {}): Promise<Answer<ShardOutcome>> {
    return this.#change('DELETE', `/moves/${encodeURIComponent(id)}`, undefined, options);
  }

  async #change(
    method: 'POST' | 'PUT' | 'DELETE',
    path: string,
    body: unknown,
    { dryRun = false, ...options }: ShardOptions,
  ): Promise<Answer<ShardOutcome>> {
    const { data, meta } = await this.#exchange.call<ShardPlan | ShardChange>({
      kind: 'write',
      method,
      path: `/api/v1/cluster${path}${query({ dryRun: dryRun ? 'true' : undefined })}`,
      body,
      options,
      repeatable: 'key',
    });
    return { data: 'dryRun' in data ? { plan: true, ...data } : { plan: false, ...data }, meta };
  }
}
