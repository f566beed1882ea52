/** The log that all replicas of a test cluster share: committed on proposal, applied by every replica that is not held. */
import { FIRST_KEY_ID } from '../../../lib/contract/names.ts';
import { hashSecret } from '../../auth/secret.ts';
import { type ClockValue, HybridClock } from '../../clock/hlc.ts';
import type { Entry } from '../../raft/types.ts';
import { encodeCommand } from '../../state/codec.ts';
import type { Genesis } from '../../state/genesis.ts';
import type { Command, Lineage, Stamp } from '../../state/types.ts';
import { TestEngine } from './test-engine.ts';

export interface TestClusterOptions {
  readonly nodes?: readonly string[] | undefined;
  readonly clusterId?: string | undefined;
  readonly lineages?: readonly Lineage[] | undefined;
  /** Term of the first entries. */
  readonly term?: number | undefined;
  readonly adminSecret?: string | undefined;
  readonly lab?: boolean | undefined;
  /** Without the first key: as a cluster is between its first state and the first entry of its leader. */
  readonly unseeded?: boolean | undefined;
}

export const TEST_ADMIN_SECRET = 'confman_test-admin-0123456789abcdefghijklmnop';
const GROUP = 'default';

/** What is to become of the next proposals. */
export type ProposalFate = 'commit' | 'lose-answer' | 'lose' | 'storage-full' | 'too-busy' | 'too-large' | 'not-ready';

export class TestCluster {
  readonly log: Entry[] = [];
  /** Logs of the groups besides `default`, from their creation in the registry on. */
  readonly logs = new Map<string, Entry[]>();
  readonly engines: readonly TestEngine[];
  /** Name of the leading node, or null. */
  leader: string | null;
  /** Whether a quorum confirms what the leader is asked. */
  quorum = true;
  /** Taken by the next proposals, one each; `commit` when there is none. */
  readonly fates: ProposalFate[] = [];
  /** Nodes that no other one reaches. */
  readonly cut = new Set<string>();
  /** Nodes whose answers to relayed requests are lost on the way. */
  readonly mute = new Set<string>();
  /** Questions for the read index that have been answered or not, in all. */
  questions = 0;
  /** Keeps answers about the read index back until it resolves. */
  answersHeld: Promise<void> | null = null;
  #term: number;
  readonly #clock = new HybridClock();
  readonly #genesis: Genesis;

  constructor(options: TestClusterOptions = {}) {
    const names = options.nodes ?? ['n1'];
    const genesis: Genesis = {
      identity: {
        group: GROUP,
        clusterId: options.clusterId ?? '0a0b0c0d',
        lineages: options.lineages ?? [{ id: '00000001', forkIndex: null }],
      },
      confState: { voters: names.map((name) => `${name}@1`), learners: [], votersOutgoing: [], learnersNext: [], autoLeave: false },
      members: names.map((name) => ({ id: `${name}@1`, name, incarnation: '1', peer: `${name}:1`, url: `http://${name}.invalid` })),
    };
    this.#genesis = genesis;
    this.#term = options.term ?? 1;
    this.leader = names[0] ?? null;
    this.engines = names.map((name) => new TestEngine(this, name, genesis, options.lab ?? false));
    if (options.unseeded !== true) this.seed(options.adminSecret ?? TEST_ADMIN_SECRET);
  }

  /** Commits the first key. */
  seed(secret: string): void {
    this.append({
      level: 1,
      actor: { keyId: '', name: 'confman' },
      requestId: 'seed',
      idempotency: null,
      body: { type: 'seed', keyId: FIRST_KEY_ID, name: 'admin', secretHash: hashSecret(secret) },
    });
  }

  get term(): number {
    return this.#term;
  }

  get commitIndex(): number {
    return this.log.length;
  }

  /** The log of a group; undefined: there is no such group. */
  logOf(group: string): Entry[] | undefined {
    return group === GROUP ? this.log : this.logs.get(group);
  }

  /** Begins a group, once: its first state is the same on every node. */
  begin(group: string, level: number): Genesis {
    if (!this.logs.has(group)) this.logs.set(group, []);
    return { ...this.#genesis, identity: { ...this.#genesis.identity, group }, level };
  }

  engine(name: string): TestEngine {
    const engine = this.engines.find((one) => one.nodeId === name);
    if (engine === undefined) throw new TypeError(`there is no ${name} in this test cluster`);
    return engine;
  }

  /** Commits a command. */
  append(command: Command, after: ClockValue | null = null, group = GROUP): number {
    if (after !== null) this.#clock.merge(after, Date.now());
    return this.#commit((stamp) => encodeCommand(command, stamp), group);
  }

  /** A new leader begins its term with an empty entry. */
  newTerm(term = this.#term + 1): number {
    this.#term = term;
    return this.#commit(() => new Uint8Array());
  }

  #commit(data: (stamp: Stamp) => Uint8Array, group = GROUP): number {
    const log = this.logOf(group);
    if (log === undefined) throw new TypeError(`there is no group ${group} in this test cluster`);
    const index = log.length + 1;
    log.push({ term: this.#term, index, type: 'normal', data: data({ ...this.#clock.stamp(Date.now()), node: this.leader ?? 'n1' }) });
    for (const engine of this.engines) engine.catchUp();
    return index;
  }

  close(): void {
    for (const engine of this.engines) engine.close();
  }
}
