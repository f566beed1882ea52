/**
 * Groups that this node has no replica of, asked through a node that has one; and the other side, which answers from its own.
 * One hop: what came from another node is answered here or nowhere.
 */
import { PROBLEMS, type ProblemCode } from '../../lib/contract/problems.ts';
import type { ClusterStatus } from '../../lib/contract/cluster.ts';
import { DEFAULT_GROUP, formatToken, parseToken } from '../../lib/contract/token.ts';
import { decodePrincipal, encodePrincipal } from '../auth/principal.ts';
import type { Engine, ProposedCommand, ProposeOptions, ProposeOutcome, RelayAnswer, RelayRequest } from '../engine/types.ts';
import type { AnswerOf, Query, QueryName, ReadAnswer } from '../state/types.ts';
import { type ReadCoordinator, type Target, maxWaitOf } from './consistent-read.ts';
import type { Call, ReadResult } from './context.ts';
import { GroupMoved, LeaderRedirect, ServiceError } from './errors.ts';
import type { ShardMap } from './shard-map.ts';

/** Method of a relayed request that is for this file, and no request of the API. */
export const GROUP_METHOD = 'GROUP';

const SLACK_MS = 2_000;
/** What is known of who leads and who lives is used so long. */
const STATUS_MS = 1_000;

interface AskedOf {
  readonly target: Target;
  readonly requestId: string;
  readonly consistency: Omit<Call['consistency'], 'token'> & { readonly token: string };
  readonly query?: Query | undefined;
  readonly propose?: { readonly command: ProposedCommand; readonly options: Omit<ProposeOptions, 'signal'> } | undefined;
}

type Told =
  | { readonly kind: 'read'; readonly read: ReadResult<unknown> }
  | { readonly kind: 'proposed'; readonly outcome: ProposeOutcome }
  | { readonly kind: 'moved'; readonly epoch: number }
  | { readonly kind: 'not-here' }
  | { readonly kind: 'redirect'; readonly leader: { readonly node: string; readonly url: string } }
  | { readonly kind: 'problem'; readonly code: ProblemCode; readonly detail: string; readonly extras: ServiceError['extras'] };

export interface RemoteParts {
  readonly engine: Engine;
  readonly map: ShardMap;
  readonly reads: ReadCoordinator;
  readonly tickMs: () => number;
  /** A member of `X-Confman-Replica` for a group of this node. */
  readonly describe: (group: string, waitedMs: number) => string;
}

export class RemoteGroups {
  readonly #engine: Engine;
  readonly #map: ShardMap;
  readonly #reads: ReadCoordinator;
  readonly #tickMs: () => number;
  readonly #describe: RemoteParts['describe'];
  #status: { readonly of: ClusterStatus; readonly atMs: number } | null = null;

  constructor({ engine, map, reads, tickMs, describe }: RemoteParts) {
    this.#describe = describe;
    this.#engine = engine;
    this.#map = map;
    this.#reads = reads;
    this.#tickMs = tickMs;
  }

  /** Whether this node has a replica of the group in service. That of `default` is never replaced by another node's. */
  isHere(group: string): boolean {
    return group === DEFAULT_GROUP || this.#engine.view(group).condition === 'ok';
  }

  /** What the replica here says, whatever its age; null: there is none. */
  peek<N extends QueryName>(group: string, query: Query<N>): ReadAnswer<N> | null {
    return this.#engine.view(group).condition === 'ok' ? this.#engine.read(group, query) : null;
  }

  proposeHere(group: string, command: ProposedCommand, options: ProposeOptions): Promise<ProposeOutcome> {
    return this.#engine.propose(group, command, options);
  }

  /**
   * A read of a group by another node, under the rules of the call.
   *
   * @throws GroupMoved, or the problem that the other node had
   */
  async read<N extends QueryName>(target: Target, query: Query<N>, call: Call): Promise<ReadResult<AnswerOf<N>>> {
    const told = await this.#ask(target, call, { query: query as Query }, maxWaitOf(call) + SLACK_MS);
    if (told?.kind === 'read') return told.read as ReadResult<AnswerOf<N>>;
    throw told === null ? this.#unreachable(target.group) : failureOf(told, target.group);
  }

  /** A proposal through another node; what became of it is as certain as if it had been made here. */
  async propose(
    target: Target,
    command: ProposedCommand,
    { signal: _signal, ...options }: ProposeOptions,
    call: Call,
  ): Promise<ProposeOutcome> {
    const told = await this.#ask(target, call, { propose: { command, options } }, options.timeoutMs + SLACK_MS);
    if (told?.kind === 'proposed') return told.outcome;
    if (told === null) return { kind: 'unknown', reason: 'connection-lost' };
    throw failureOf(told, target.group);
  }

  /** Asks one node after the other; null: one was asked, and no answer came. */
  async #ask(target: Target, call: Call, what: Pick<AskedOf, 'query' | 'propose'>, timeoutMs: number): Promise<Told | null> {
    if (call.relayed) throw this.#unreachable(target.group);
    const { token, ...consistency } = call.consistency;
    const asked: AskedOf = { target, requestId: call.requestId, consistency: { ...consistency, token: formatToken(token) }, ...what };
    const request: RelayRequest = {
      method: GROUP_METHOD,
      url: '/',
      headers: {},
      body: Buffer.from(JSON.stringify(asked)),
      principal: encodePrincipal(call.principal),
    };
    for (const node of await this.#candidates(target.group, what.propose !== undefined || call.consistency.mode === 'linearizable')) {
      const outcome = await this.#engine.relay(node, request, { timeoutMs, signal: call.gone() });
      if (outcome.kind === 'timeout') return null;
      if (outcome.kind !== 'answered') continue;
      const told = JSON.parse(Buffer.from(outcome.answer.body).toString('utf8')) as Told;
      if (told.kind !== 'not-here') return told;
    }
    throw this.#unreachable(target.group);
  }

  /** Nodes that have, or should have, a replica: those that live first, the leader before or behind the others. */
  async #candidates(group: string, leaderFirst: boolean): Promise<readonly string[]> {
    const nowMs = this.#tickMs();
    if (this.#status === null || nowMs - this.#status.atMs > STATUS_MS) this.#status = { of: await this.#engine.status(), atMs: nowMs };
    const status = this.#status.of;
    const row = this.#map.registry.groups.find(({ id }) => id === group);
    const leader = status.groups.find(({ id }) => id === group)?.leader ?? null;
    const nodes = row?.members ?? this.#engine.members().map(({ node }) => node);
    const rank = (node: string): number => {
      const state = status.nodes.find(({ id }) => id === node)?.state;
      return (state === 'live' ? 0 : 2) + ((node === leader) === leaderFirst ? 0 : 1);
    };
    return nodes.filter((node) => node !== this.#engine.nodeId).toSorted((a, b) => rank(a) - rank(b));
  }

  #unreachable(group: string): ServiceError {
    return new ServiceError(
      'group-unreachable',
      `${this.#engine.nodeId} has no replica of the group ${group} in service, and reached none`,
      {
        group,
        node: this.#engine.nodeId,
        retryAfterMs: 250,
      },
    );
  }

  /** The side that answers. The other node has authenticated the caller and looked at its rights. */
  async serve({ body, principal }: Pick<RelayRequest, 'body' | 'principal'>): Promise<RelayAnswer> {
    const told = await this.#told(JSON.parse(Buffer.from(body ?? new Uint8Array()).toString('utf8')) as AskedOf, principal);
    return { status: 200, headers: {}, body: Buffer.from(JSON.stringify(told)) };
  }

  async #told({ target, requestId, consistency, query, propose }: AskedOf, principal: string): Promise<Told> {
    if (!this.isHere(target.group)) return { kind: 'not-here' };
    const token = parseToken(consistency.token).filter(({ index }) => index > 0n);
    const call: Call = {
      principal: decodePrincipal(principal),
      requestId,
      consistency: { ...consistency, token },
      gone: () => NEVER,
      relayed: true,
    };
    try {
      if (query !== undefined) {
        const read = await this.#reads.scan(target, query, call);
        return { kind: 'read', read: { ...read, replica: this.#describe(target.group, read.waitedMs) } };
      }
      if (propose === undefined) throw new TypeError('neither a query nor a command was relayed');
      const deadlineMs = this.#tickMs() + propose.options.timeoutMs;
      await this.#reads.beforeWrite(target, call, deadlineMs);
      const timeoutMs = Math.max(1, deadlineMs - this.#tickMs());
      return { kind: 'proposed', outcome: await this.#engine.propose(target.group, propose.command, { ...propose.options, timeoutMs }) };
    } catch (error) {
      if (error instanceof GroupMoved) return { kind: 'moved', epoch: error.epoch };
      if (error instanceof LeaderRedirect) return { kind: 'redirect', leader: { node: error.node, url: error.url } };
      if (error instanceof ServiceError) return { kind: 'problem', code: error.code, detail: error.message, extras: error.extras };
      throw error;
    }
  }
}

const NEVER = new AbortController().signal;

function failureOf(told: Told, group: string): Error {
  if (told.kind === 'moved') return new GroupMoved(group, told.epoch);
  if (told.kind === 'redirect') return new LeaderRedirect(told.leader);
  if (told.kind === 'problem' && told.code in PROBLEMS) return new ServiceError(told.code, told.detail, told.extras);
  return new TypeError(`a relayed question was answered with ${told.kind}`);
}
