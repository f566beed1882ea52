/** The groups as the driver of moves reaches them: replicas of this node first, another node's where there is none. */
import { DEFAULT_GROUP, EMPTY_TOKEN } from '../../../lib/contract/token.ts';
import { type Engine, type ProposeOutcome, ReplicaUnavailableError } from '../../engine/types.ts';
import type { CommandBody, Query, QueryName, ReadAnswer } from '../../state/types.ts';
import type { Call } from '../context.ts';
import { GroupMoved, LeaderRedirect, ServiceError } from '../errors.ts';
import type { RemoteGroups } from '../remote-groups.ts';
import type { MovePorts } from './ports.ts';

const PROPOSE_MS = 5_000;
const WAIT_MS = 2_000;

/** A group that is not reached now: what comes of it is left to the next try. */
function isUnreached(error: unknown): boolean {
  return (
    error instanceof ServiceError ||
    error instanceof GroupMoved ||
    error instanceof LeaderRedirect ||
    error instanceof ReplicaUnavailableError
  );
}

export interface EnginePortsOptions {
  readonly engine: Engine;
  readonly remote: RemoteGroups;
  readonly tickMs: () => number;
  readonly stopping: AbortSignal;
}

export class EnginePorts implements MovePorts {
  readonly #engine: Engine;
  readonly #remote: RemoteGroups;
  readonly #tickMs: () => number;
  readonly #call: Call;

  constructor({ engine, remote, tickMs, stopping }: EnginePortsOptions) {
    this.#engine = engine;
    this.#remote = remote;
    this.#tickMs = tickMs;
    this.#call = {
      principal: { keyId: '', name: 'confman', role: 'admin', scope: null, via: 'bearer', expiresAtMs: null },
      requestId: '',
      consistency: { token: EMPTY_TOKEN, mode: 'linearizable', maxWaitMs: WAIT_MS, onTimeout: 'fail', node: null },
      gone: () => stopping,
      relayed: false,
    };
  }

  leads(): boolean {
    const { role, condition } = this.#engine.view(DEFAULT_GROUP);
    return role === 'leader' && condition === 'ok' && !this.#call.gone().aborted;
  }

  nowMs(): number {
    return this.#tickMs();
  }

  async propose(group: string, body: CommandBody): Promise<ProposeOutcome> {
    const command = { actor: { keyId: '', name: 'confman' }, requestId: '', idempotency: null, body };
    const frees = body.type === 'release-range' || body.type === 'lift-fence' || body.type === 'void-range';
    const options = { timeoutMs: PROPOSE_MS, forward: 'always', frees, after: null, signal: this.#call.gone() } as const;
    try {
      if (this.#remote.isHere(group)) return await this.#engine.propose(group, command, options);
      return await this.#remote.propose({ group, namespace: null }, command, options, this.#call);
    } catch (error) {
      if (isUnreached(error)) return { kind: 'unknown', reason: 'connection-lost' };
      throw error;
    }
  }

  async read<N extends QueryName>(group: string, query: Query<N>, index: number): Promise<ReadAnswer<N> | null> {
    return this.#trying(async () => {
      if (!this.#remote.isHere(group)) return this.#elsewhere(group, query);
      const waited = await this.#engine.waitApplied(group, index, { timeoutMs: WAIT_MS, signal: this.#call.gone() });
      return waited.kind === 'applied' ? this.#engine.scan(group, query) : this.#elsewhere(group, query);
    });
  }

  async readLatest<N extends QueryName>(group: string, query: Query<N>): Promise<ReadAnswer<N> | null> {
    return this.#trying(async () => {
      if (!this.#remote.isHere(group)) return this.#elsewhere(group, query);
      const asked = await this.#engine.readIndex(group, { timeoutMs: WAIT_MS, signal: this.#call.gone() });
      return asked.kind === 'ok' ? this.read(group, query, asked.index) : null;
    });
  }

  async #trying<T>(work: () => Promise<T | null>): Promise<T | null> {
    try {
      return await work();
    } catch (error) {
      if (isUnreached(error)) return null;
      throw error;
    }
  }

  /** Linearizable, so that it has whatever was acknowledged before the question. */
  async #elsewhere<N extends QueryName>(group: string, query: Query<N>): Promise<ReadAnswer<N>> {
    const { applied, data } = await this.#remote.read({ group, namespace: null }, query, this.#call);
    return { applied, data };
  }
}
