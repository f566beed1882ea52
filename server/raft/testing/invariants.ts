import { assert } from '../../../lib/kernel/assert.ts';
import type { Entry, Message, PeerId } from '../types.ts';
import type { Cluster } from './cluster.ts';
import type { Applied, TestNode } from './node.ts';

/**
 * Watches a whole cluster and throws as soon as one of the promises of Raft is broken. Knows nothing of how the core
 * keeps them: it looks at what nodes send, what their disks hold, and what their state machines take in.
 */
export class Invariants {
  readonly #cluster: Cluster;
  readonly #leaders = new Map<number, PeerId>();
  readonly #votes = new Map<string, PeerId>();
  /** What was applied at an index, anywhere, ever. */
  readonly #applied = new Map<number, Entry>();
  /** By read: the highest index that anybody had applied when it was asked for. */
  readonly #reads = new Map<string, number>();
  #appliedMax = 0;
  #readsAnswered = 0;
  #requests = 0;

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
    for (const node of cluster.nodes.values()) node.onApplied = (applied) => this.#noteApplied(node, applied);
    cluster.onReady = (node, ready) => {
      for (const message of ready.messages) this.#checkSent(node, message);
      for (const state of ready.readStates) this.#checkRead(node, state.requestId, state.index);
    };
  }

  get appliedMax(): number {
    return this.#appliedMax;
  }
  get readsAnswered(): number {
    return this.#readsAnswered;
  }
  get leadersSeen(): number {
    return this.#leaders.size;
  }

  /** To be called when a read is asked for; returns its id. */
  noteRead(node: PeerId): number {
    this.#requests += 1;
    this.#reads.set(`${node}:${this.#requests}`, this.#appliedMax);
    return this.#requests;
  }

  /** Cheap checks, after every step. */
  check(): void {
    for (const node of this.#cluster.nodes.values()) {
      this.#checkVote(node);
      if (!node.crashed) this.#checkLeader(node);
    }
  }

  /** Log matching: two logs that agree at a position agree in everything before it. Compares whole logs. */
  checkLogs(): void {
    const nodes = [...this.#cluster.nodes.values()];
    for (const one of nodes) {
      for (const other of nodes) {
        if (one.id < other.id) assertLogsMatch(one, other);
      }
    }
  }

  #checkLeader(node: TestNode): void {
    const status = node.raw.status();
    if (status.role !== 'leader') return;
    const known = this.#leaders.get(status.term);
    if (known === node.id) return;
    assert(known === undefined, `two leaders in term ${status.term}: ${known} and ${node.id}`);
    this.#leaders.set(status.term, node.id);
    // Leader completeness: what anybody has ever applied is in the log of every later leader.
    assert(status.lastIndex >= this.#appliedMax, `leader ${node.id} ends at ${status.lastIndex}, but ${this.#appliedMax} was applied`);
    for (const entry of node.storage.all()) {
      const applied = this.#applied.get(entry.index);
      if (applied !== undefined) assert(applied.term === entry.term, `leader ${node.id} lost entry ${applied.term}/${applied.index}`);
    }
  }

  #checkVote(node: TestNode): void {
    const { term, vote } = node.storage.hardState;
    if (vote === null) return;
    const key = `${node.id}@${term}`;
    const known = this.#votes.get(key) ?? vote;
    assert(known === vote, `${key} voted for ${known} and for ${vote}`);
    this.#votes.set(key, vote);
  }

  #noteApplied(node: TestNode, { entry }: Applied): void {
    assert(entry.index <= node.storage.lastIndex(), `${node.id} applies ${entry.index}, which its own disk does not hold`);
    const known = this.#applied.get(entry.index) ?? entry;
    assert(known.term === entry.term, `${node.id} applies ${entry.term}/${entry.index}, another applied ${known.term}/${known.index}`);
    assert(known.data.join() === entry.data.join(), `${node.id} applies other data at ${entry.index}`);
    this.#applied.set(entry.index, entry);
    this.#appliedMax = Math.max(this.#appliedMax, entry.index);
  }

  /** What has left must be on disk: the table of README "Durability", seen from outside. */
  #checkSent(node: TestNode, message: Message): void {
    if (message.type === 'pre-vote' || message.type === 'pre-vote-resp') return;
    const { term, vote } = node.storage.hardState;
    assert(term >= message.term, `${node.id} sends ${message.type} of term ${message.term}, on disk is ${term}`);
    if (term > message.term) return;
    if (message.type === 'vote-resp' && message.granted) {
      assert(vote === message.to, `${node.id} grants ${message.to} its vote, on disk is ${vote}`);
    }
    if (message.type === 'vote') assert(vote === node.id, `${node.id} asks for votes, on disk is ${vote}`);
    if (message.type === 'app-resp' && !message.rejected) {
      assert(node.storage.lastIndex() >= message.index, `${node.id} acknowledges ${message.index}, on disk is ${node.storage.lastIndex()}`);
    }
  }

  #checkRead(node: TestNode, requestId: number, index: number): void {
    const atLeast = this.#reads.get(`${node.id}:${requestId}`);
    assert(atLeast !== undefined, `${node.id} answers read ${requestId}, which it was not asked`);
    assert(index >= atLeast, `stale read: ${node.id} may read at ${index}, but ${atLeast} had been applied before it asked`);
    this.#readsAnswered += 1;
  }
}

function assertLogsMatch(one: TestNode, other: TestNode): void {
  const last = Math.min(one.storage.lastIndex(), other.storage.lastIndex());
  const first = Math.max(one.storage.firstIndex(), other.storage.firstIndex());
  let agreed = false;
  for (let index = last; index >= first; index -= 1) {
    const same = one.storage.term(index) === other.storage.term(index);
    assert(same || !agreed, `logs of ${one.id} and ${other.id} agree above ${index}, but not there`);
    agreed ||= same;
  }
}
