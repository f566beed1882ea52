/**
 * Several groups in memory, for tests of moves: each has a log and replicas that lag. Whether a proposal is committed, and whether
 * its answer arrives, is up to the test. There is no Raft in it: a log only grows, as a correct one does.
 */
import { encodeCommand } from '../../state/codec.ts';
import { SqliteStateMachine } from '../../state/sqlite-state-machine.ts';
import type { Applied, ApplyInput, CommandBody, Query, QueryName, ReadAnswer, StateReader } from '../../state/types.ts';
import type { ProposeOutcome } from '../types.ts';

/** What becomes of a proposal. */
export type Fate = 'commit' | 'lose-answer' | 'lose' | 'no-leader';

/** Whole numbers below a bound. */
export type Chance = (below: number) => number;

export const WORLD_START_MS = 1_700_000_000_000;

interface Replica {
  readonly machine: SqliteStateMachine;
  readonly reader: StateReader;
}

const REPLICAS = 2;

class WorldGroup {
  readonly id: string;
  readonly log: ApplyInput[] = [];
  readonly replicas: readonly Replica[];
  term = 1;

  constructor(id: string) {
    this.id = id;
    this.replicas = Array.from({ length: REPLICAS }, () => {
      const machine = SqliteStateMachine.open(':memory:', {
        create: {
          identity: { group: id, clusterId: '0a0b0c0d', lineages: [{ id: '00000001', forkIndex: null }] },
          confState: { voters: ['n1@1'], learners: [], votersOutgoing: [], learnersNext: [], autoLeave: false },
          members: [{ id: 'n1@1', name: 'n1', incarnation: '1', peer: 'n1:1', url: 'http://n1.invalid' }],
          level: 2,
        },
      });
      return { machine, reader: machine.reader() };
    });
  }

  /** Applies up to an index, on one replica. @returns what the last entry gave */
  catchUp({ machine }: Replica, index: number): Applied | null {
    const applied = machine.apply(this.log.slice(machine.applied().index, index));
    return applied.at(-1) ?? null;
  }
}

export class GroupWorld {
  readonly groups: ReadonlyMap<string, WorldGroup>;
  readonly #chance: Chance;
  #ms = WORLD_START_MS;

  constructor(ids: readonly string[], chance: Chance) {
    this.groups = new Map(ids.map((id) => [id, new WorldGroup(id)]));
    this.#chance = chance;
  }

  group(id: string): WorldGroup {
    const found = this.groups.get(id);
    if (found === undefined) throw new TypeError(`there is no group ${id} in this world`);
    return found;
  }

  get nowMs(): number {
    return this.#ms;
  }

  sleep(ms: number): void {
    this.#ms += ms;
  }

  propose(
    id: string,
    body: CommandBody,
    fate: Fate = 'commit',
    idempotency: { scope: string; request: string } | null = null,
  ): ProposeOutcome {
    const group = this.group(id);
    if (fate === 'no-leader') return { kind: 'no-leader', waitedMs: 0 };
    if (fate === 'lose') return { kind: 'unknown', reason: 'connection-lost' };
    const command = { level: 2, actor: { keyId: 'k', name: 'ann' }, requestId: 'r', idempotency, body };
    this.#append(id, encodeCommand(command, { ms: ++this.#ms, counter: 0, node: 'n1' }));
    const [first, ...others] = group.replicas;
    // The others come after, sooner or later.
    const applied = first === undefined ? null : group.catchUp(first, group.log.length);
    for (const replica of others) if (this.#chance(12) === 0) group.catchUp(replica, group.log.length);
    if (applied === null) throw new TypeError('a group has replicas');
    return fate === 'lose-answer' ? { kind: 'unknown', reason: 'leadership-lost' } : { kind: 'applied', applied };
  }

  /** A new leader begins its term. */
  elect(id: string): void {
    this.group(id).term += 1;
    this.#append(id, new Uint8Array(0));
  }

  #append(id: string, data: Uint8Array): void {
    const group = this.group(id);
    group.log.push({ entry: { term: group.term, index: group.log.length + 1, type: 'normal', data } });
  }

  /** Any replica's answer; one that has not applied `index` does so first. */
  read<N extends QueryName>(id: string, query: Query<N>, index = 0): ReadAnswer<N> {
    const group = this.group(id);
    const replica = group.replicas[this.#chance(REPLICAS)] ?? group.replicas[0];
    if (replica === undefined || index > group.log.length) throw new TypeError(`nobody has applied ${index} of ${id}`);
    if (replica.machine.applied().index < index) group.catchUp(replica, index + this.#chance(group.log.length - index + 1));
    return replica.reader.read(query);
  }

  readLatest<N extends QueryName>(id: string, query: Query<N>): ReadAnswer<N> {
    return this.read(id, query, this.group(id).log.length);
  }

  /** Brings all replicas to the end of their logs, and gives the hashes of each group. */
  hashes(id: string): ReadonlySet<string> {
    const group = this.group(id);
    return new Set(
      group.replicas.map((replica) => {
        group.catchUp(replica, group.log.length);
        return replica.machine.hash();
      }),
    );
  }

  close(): void {
    for (const { replicas } of this.groups.values()) for (const { machine } of replicas) machine.close();
  }
}
