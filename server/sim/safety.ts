/** The promises of Raft, watched from outside: by what nodes send, what their disks hold and what their logs say. */
import { assert } from '../../lib/kernel/assert.ts';
import type { LogPosition } from '../../lib/contract/model.ts';
import type { ConfState, Message, PeerId } from '../raft/types.ts';
import { quorumReached } from './quorum-reached.ts';
import type { History } from './history.ts';
import type { SimNode } from './sim-node.ts';

export class Safety {
  readonly #nodes: readonly SimNode[];
  readonly #history: History;
  readonly #group: string;
  readonly #leaders = new Map<number, PeerId>();
  /** By voter and term. */
  readonly #votes = new Map<string, PeerId>();
  /** Configurations that have been in force somewhere, by their text. */
  readonly #confs = new Map<string, ConfState>();
  #lastConf: ConfState | null = null;
  /** What each node knew to be committed when it was last looked at. */
  readonly #commits = new Map<SimNode, { readonly term: number; readonly commitIndex: number; readonly leads: boolean }>();

  /** @param group whose promises these are */
  constructor(nodes: readonly SimNode[], history: History, group: string) {
    this.#group = group;
    this.#nodes = nodes;
    this.#history = history;
  }

  get leaders(): number {
    return this.#leaders.size;
  }

  /** What leaves a node: design/raft.md, table 3.6. */
  sent(node: SimNode, message: Message): void {
    if (message.type === 'pre-vote' || message.type === 'pre-vote-resp') return;
    const durable = node.durable.group(this.#group);
    const { hardState } = durable;
    const { type, term } = message;
    assert(hardState.term >= term, () => `${node.name} sends ${type} of term ${term}, on its disk is ${hardState.term}`);
    if (type === 'app' || type === 'heartbeat' || type === 'snap') this.#leads(node, term);
    if (type === 'vote-resp' && message.granted) this.#voted(node.id, term, message.to);
    if (type === 'vote') this.#voted(node.id, term, node.id);
    if (hardState.term > term) return;
    if (type === 'vote-resp' && message.granted)
      assert(
        hardState.vote === message.to,
        () => `${node.name} grants ${message.to} its vote of ${term}, on its disk is ${String(hardState.vote)}`,
      );
    if (type === 'vote')
      assert(
        hardState.vote === node.id,
        () => `${node.name} stands for election in ${term}, on its disk is the vote ${String(hardState.vote)}`,
      );
    if (type === 'app-resp' && !message.rejected)
      assert(durable.last >= message.index, () => `${node.name} acknowledges ${message.index}, its disk ends at ${durable.last}`);
  }

  /** A leader's commit index rises only to entries of its own term: what is older commits by implication (R1). */
  published(node: SimNode): void {
    const view = node.node?.view(this.#group);
    if (view === undefined) return;
    const { role, term, commitIndex } = view;
    const known = this.#commits.get(node);
    this.#commits.set(node, { term, commitIndex, leads: role === 'leader' });
    if (role !== 'leader' || known?.term !== term || !known.leads || commitIndex <= known.commitIndex) return;
    const found = node.log(this.#group)?.term(commitIndex);
    assert(
      typeof found !== 'number' || found === term,
      () => `${node.name} leads in ${term} and commits ${commitIndex} of term ${String(found)} by counting`,
    );
  }

  /** A disk has confirmed a write. */
  confirmed(node: SimNode): void {
    const { hardState, lastTerm } = node.durable.group(this.#group);
    const { term, vote } = hardState;
    assert(
      lastTerm <= term,
      () => `the log of ${node.name} ends with an entry of term ${lastTerm}, which it has not reached: it is in ${term}`,
    );
    if (vote !== null) this.#voted(node.id, term, vote);
  }

  configured(conf: ConfState): void {
    if (conf !== this.#lastConf) this.#confs.set(JSON.stringify(conf), conf);
    this.#lastConf = conf;
  }

  #voted(voter: PeerId, term: number, candidate: PeerId): void {
    const key = `${voter} ${term}`;
    const known = this.#votes.get(key) ?? candidate;
    assert(known === candidate, () => `${voter} votes for ${known} and for ${candidate} in term ${term}`);
    this.#votes.set(key, candidate);
  }

  #leads(node: SimNode, term: number): void {
    const known = this.#leaders.get(term);
    if (known === node.id) return;
    assert(known === undefined, () => `two leaders in term ${term}: ${String(known)} and ${node.id}`);
    this.#leaders.set(term, node.id);
    this.#checkComplete(node, term);
  }

  /** Leader completeness: what was committed in an earlier term is in the log of every later leader. */
  #checkComplete(node: SimNode, term: number): void {
    const log = node.log(this.#group);
    if (log === null) return;
    for (let index = log.base().index + 1; index <= this.#history.last; index += 1) {
      const entry = this.#history.entry(index);
      if (entry === null || entry.seenInTerm >= term) continue;
      assert(
        log.term(index) === entry.term,
        () => `${node.name} leads in ${term} without the committed entry ${entry.term}:${index}, its log says ${String(log.term(index))}`,
      );
    }
  }

  /** Committed is durable: what anybody applies, or a client is told, is on the disks of a quorum. */
  checkDurable({ term, index }: LogPosition): void {
    const holds = (id: PeerId): boolean => this.#nodes.some((node) => node.held(id, this.#group, index, term));
    const enough = [...this.#confs.values()].some((conf) => quorumReached(conf, holds));
    assert(
      enough,
      () =>
        `${term}:${index} counts as committed, but only ${this.#nodes
          .filter(({ id }) => holds(id))
          .map(({ name }) => name)
          .join(',')} have it on disk`,
    );
  }

  /** Log matching: two logs that agree at a position agree in everything before it. */
  checkLogs(): void {
    for (const [place, one] of this.#nodes.entries()) {
      for (const other of this.#nodes.slice(place + 1)) {
        const [a, b] = [one.log(this.#group), other.log(this.#group)];
        if (a === null || b === null) continue;
        let agreed = false;
        for (let index = Math.min(a.lastIndex(), b.lastIndex()); index > Math.max(a.base().index, b.base().index); index -= 1) {
          const same = a.term(index) === b.term(index);
          assert(same || !agreed, () => `the logs of ${one.name} and ${other.name} agree above ${index}, but not there`);
          agreed ||= same;
        }
      }
    }
  }

  /** The committed log never goes back: a replica holds nothing else where it has applied. */
  checkApplied(): void {
    for (const node of this.#nodes) {
      const [log, machine] = [node.log(this.#group), node.stateDisk.group(this.#group).live];
      if (log === null || machine === null) continue;
      const applied = machine.applied();
      for (let index = log.base().index + 1; index <= Math.min(applied.index, log.lastIndex()); index += 1) {
        const entry = this.#history.entry(index);
        if (entry !== null)
          assert(
            log.term(index) === entry.term,
            () =>
              `${node.name} has applied ${applied.index}, but its log says ${String(log.term(index))} at ${index}, committed is ${entry.term}`,
          );
      }
    }
  }
}
