/**
 * Joining a formed cluster (spec 3, sections 1 and 5), at the node that joins.
 *
 * 1. It draws a claim and makes it durable, before it says a word: the claim stands for this disk.
 * 2. It finds the peer ports, shakes hands there (which proves the cluster secret, both ways), and asks to be let in.
 * 3. The leader lets in whom an administrator has added under this name and address, and writes the claim down through the
 *    log: the first disk that comes is the member, and no other one ever is. With the answer come cluster, lineage and incarnation.
 *
 * Until then it asks again and again, and says what it waits for. It votes for nothing and holds nothing.
 */
import type { PeerTransport } from '../peers/types.ts';
import { packEnvelope, unpackEnvelope } from './envelope.ts';
import type { InitialMember } from './formation.ts';
import type { IdentityStore, NodeIdentity } from './identity.ts';
import type { Logger } from './runtime.ts';
import type { MemberInfo } from '../state/member-info.ts';

export const METHOD_JOIN = 'join';

export interface JoinQuestion {
  readonly name: string;
  readonly peer: string;
  readonly url: string;
  readonly claim: string;
}

export type JoinReply =
  | {
      readonly kind: 'welcome';
      readonly clusterId: string;
      readonly clusterName: string;
      readonly lineageId: string;
      readonly incarnation: string;
      readonly memberSince: number;
      readonly members: readonly MemberInfo[];
      readonly groups: readonly string[];
    }
  /** `wait`: it may change by itself or by an administrator, and the node goes on asking. In words. */
  | { readonly kind: 'wait'; readonly detail: string };

/** Where the peer ports of the cluster are. Rejects with what is wrong, in words for people. */
export type FindPeers = (signal: AbortSignal) => Promise<readonly InitialMember[]>;

export interface JoiningOptions {
  readonly self: { readonly name: string; readonly peer: string; readonly url: string };
  readonly find: FindPeers;
  readonly store: IdentityStore;
  readonly transport: PeerTransport;
  readonly logger: Logger;
  /** 8 hexadecimal digits, drawn at random. */
  readonly drawId: () => string;
  readonly pause: (ms: number) => Promise<void>;
  readonly signal: AbortSignal;
  /** What it waits for now, whenever that changes. */
  readonly says: (detail: string) => void;
}

const ROUND_MS = 400;
const ASK_MS = 6000;
/** Peers are looked up anew after so many rounds without a way in. */
const LOOK_UP_ROUNDS = 10;

/** The claim of this disk, drawn once. */
export function claimOf(store: IdentityStore, drawId: () => string): string {
  const identity = store.load();
  if (identity.claim !== undefined) return identity.claim;
  const claim = Array.from({ length: 4 }, drawId).join('');
  store.save({ ...identity, claim });
  return claim;
}

export class Joining {
  readonly #options: JoiningOptions;
  #peers: readonly InitialMember[] = [];
  #said = '';

  constructor(options: JoiningOptions) {
    this.#options = options;
  }

  /** @returns who this node is now; null when it stops before it is let in */
  async run(): Promise<NodeIdentity | null> {
    const { signal, pause } = this.#options;
    for (let round = 0; !signal.aborted; round += 1) {
      if (round % LOOK_UP_ROUNDS === 0) await this.#lookUp();
      const welcome = await this.#ask();
      if (welcome !== null) return this.#enter(welcome);
      await pause(ROUND_MS);
    }
    return null;
  }

  async #lookUp(): Promise<void> {
    const { find, transport, self, signal } = this.#options;
    try {
      this.#peers = (await find(signal)).filter(({ name }) => name !== self.name);
      transport.setPeers(this.#peers.map(({ name, peer }) => ({ name, address: peer })));
    } catch (error) {
      if (!signal.aborted && this.#peers.length === 0) this.#say(error instanceof Error ? error.message : String(error));
    }
  }

  /** Asks whoever can be reached, one after the other: any of them passes it on to the leader. */
  async #ask(): Promise<Extract<JoinReply, { kind: 'welcome' }> | null> {
    const { transport, self, store, drawId, signal } = this.#options;
    const question: JoinQuestion = { ...self, claim: claimOf(store, drawId) };
    let waits = this.#refusal();
    for (const { name } of this.#peers) {
      if (transport.state(name)?.bulkConnected !== true) continue;
      try {
        const answer = await transport.request(name, METHOD_JOIN, packEnvelope(question), { timeoutMs: ASK_MS, signal });
        const reply = unpackEnvelope(answer).header as JoinReply;
        if (reply.kind === 'welcome') return reply;
        waits = reply.detail;
      } catch (error) {
        waits ??= `${name} does not answer: ${error instanceof Error ? error.message : String(error)}`;
      }
    }
    if (this.#peers.length > 0) this.#say(waits ?? 'No node of the cluster can be reached at its peer port yet.');
    return null;
  }

  /** What the handshakes have told. */
  #refusal(): string | null {
    const { transport, self } = this.#options;
    for (const { name } of this.#peers) {
      const refused = transport.state(name)?.refused ?? null;
      if (refused === null) continue;
      if (refused.reason === 'wiped-node')
        return `${name} knows ${self.name} as a member with another disk. Start it with that disk; where it is lost, replace the member: confman members replace ${self.name}`;
      if (refused.reason === 'stranger')
        return `${name} and this node do not have the same cluster secret: give this node the cluster-secret of the others.`;
      return `${name} refuses this node: ${refused.reason}.`;
    }
    return null;
  }

  #enter(welcome: Extract<JoinReply, { kind: 'welcome' }>): NodeIdentity {
    const { store, self, logger } = this.#options;
    const { clusterId, clusterName, lineageId, incarnation, memberSince, members, groups } = welcome;
    const identity: NodeIdentity = {
      nodeId: self.name,
      stage: 'formed',
      clusterId,
      clusterName,
      lineageId,
      incarnation,
      began: true,
      members,
      claim: store.load().claim,
      memberSince,
      awaiting: groups,
    };
    store.save(identity);
    logger('info', 'joined', { cluster: clusterId, incarnation, groups });
    return identity;
  }

  #say(detail: string): void {
    if (detail === this.#said) return;
    this.#said = detail;
    this.#options.says(detail);
  }
}
