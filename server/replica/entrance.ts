/** How a node that belongs to no cluster comes into one: it forms it with others, or joins one that is there. */
import type { PeerTransport } from '../peers/types.ts';
import { Formation, type InitialMember } from './formation.ts';
import type { IdentityStore, NodeIdentity } from './identity.ts';
import { claimOf, type FindPeers, Joining } from './joining.ts';
import type { Logger } from './runtime.ts';
import type { NodePhase } from './unformed.ts';

export interface EntranceOptions {
  readonly self: { readonly name: string; readonly peer: string; readonly url: string };
  readonly clusterName: string;
  /** Who forms the cluster, this node included. */
  readonly initialMembers: readonly InitialMember[];
  /** Null: this node forms a cluster. */
  readonly join: FindPeers | null;
  readonly store: IdentityStore;
  readonly transport: PeerTransport;
  readonly logger: Logger;
  readonly drawId: () => string;
  readonly pause: (ms: number) => Promise<void>;
  readonly signal: AbortSignal;
  /** Phase, detail or what the hello says has changed. */
  readonly changed: () => void;
}

export class Entrance {
  readonly #options: EntranceOptions;
  #formation: Formation | null = null;
  #phase: NodePhase = 'forming';
  #detail = '';
  #claim: string | undefined;

  constructor(options: EntranceOptions) {
    this.#options = options;
  }

  get phase(): NodePhase {
    return this.#phase;
  }

  /** What it waits for, in words; empty when there is nothing to say. */
  get detail(): string {
    return this.#detail;
  }

  /** Of a node that asks to be let in. */
  get claim(): string | undefined {
    return this.#claim;
  }

  /** @returns who this node is from now on; null when it stops first */
  async run(): Promise<NodeIdentity | null> {
    const { initialMembers, join, logger, changed } = this.#options;
    if (join !== null) return this.#join('joining', join);
    const outcome = await this.#form();
    if (outcome.kind === 'formed') return outcome.identity;
    if (outcome.kind === 'stopped') return null;
    this.#phase = outcome.kind;
    this.#detail = outcome.detail;
    logger('error', outcome.kind, { detail: outcome.detail });
    changed();
    // Once it is replaced, or added, this node is the fresh member that is waited for.
    return this.#join(outcome.kind, () => Promise.resolve(initialMembers));
  }

  /** Answers the formation requests of other nodes; null for any other method, and when this node does not form anything. */
  handle(method: string, body: Uint8Array): Uint8Array | null {
    return this.#formation?.handle(method, body) ?? null;
  }

  async #form(): ReturnType<Formation['run']> {
    const { self, clusterName, initialMembers, store, transport, logger, drawId, pause, signal } = this.#options;
    transport.setPeers(initialMembers.filter(({ name }) => name !== self.name).map(({ name, peer }) => ({ name, address: peer })));
    this.#formation = new Formation({ self, clusterName, list: initialMembers, store, transport, logger, drawId, pause, signal });
    const outcome = await this.#formation.run();
    this.#formation = null;
    return outcome;
  }

  async #join(phase: NodePhase, find: FindPeers): Promise<NodeIdentity | null> {
    const { self, store, transport, logger, drawId, pause, signal, changed } = this.#options;
    this.#phase = phase;
    if (store.load().stage !== 'empty') {
      // Its cluster may yet be formed without this node knowing.
      this.#detail ||= 'This data directory holds the draft of a cluster that it was to form: empty it to join another one.';
      logger('error', 'joining-refused', { detail: this.#detail });
      changed();
      return null;
    }
    this.#claim = claimOf(store, drawId);
    // The hello says so from now on.
    transport.reconnect();
    changed();
    const says = (detail: string): void => {
      logger(phase === 'joining' ? 'warn' : 'info', 'joining-waits', { detail });
      if (phase === 'joining') this.#detail = detail;
      changed();
    };
    return new Joining({ self, find, store, transport, logger, drawId, pause, signal, says }).run();
  }
}
