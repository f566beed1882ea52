/**
 * State machines that the simulator can run: the one on SQLite, in memory, and a plain one that costs a hundredth and means
 * the same. Both can be turned into bytes and back, which is what disks keep and snapshots carry.
 */
import { createHash } from 'node:crypto';
import type { LogPosition } from '../../lib/contract/model.ts';
import { assert } from '../../lib/kernel/assert.ts';
import type { ConfState } from '../raft/types.ts';
import { decodeCommand } from '../state/codec.ts';
import type { Genesis } from '../state/genesis.ts';
import { SqliteStateMachine } from '../state/sqlite-state-machine.ts';
import type { MemberInfo } from '../state/member-info.ts';
import type { Applied, ApplyInput, Stamp, StateIdentity, StateMachine, StateReader } from '../state/types.ts';
import { type ReferenceImage, ReferenceState } from './reference-state.ts';

/** What a client saw of one key, and the very position of the state it was read from. */
export interface Look {
  readonly applied: LogPosition;
  readonly value: string | null;
  readonly position: LogPosition | null;
}

export interface SimMachine extends StateMachine {
  serialize(): Uint8Array;
  /** One key, in one transaction with the applied position. */
  look(namespace: string, key: string): Look;
  termAt(index: number): number | 'below-floor' | 'not-applied';
}

export interface MachineKind {
  readonly name: 'sqlite' | 'reference';
  create(genesis: Genesis): SimMachine;
  load(bytes: Uint8Array): SimMachine;
}

class SqliteSimMachine implements SimMachine {
  readonly path = null;
  readonly #inner: SqliteStateMachine;
  #reader: StateReader | null = null;

  constructor(inner: SqliteStateMachine) {
    this.#inner = inner;
  }

  get identity(): StateIdentity {
    return this.#inner.identity;
  }

  #reading(): StateReader {
    this.#reader ??= this.#inner.reader();
    return this.#reader;
  }

  look(namespace: string, key: string): Look {
    const { applied, data } = this.#reading().read({ type: 'entry', namespace, key });
    return { applied, value: data?.value ?? null, position: data?.position ?? null };
  }

  termAt(index: number): number | 'below-floor' | 'not-applied' {
    return this.#reading().termAt(index);
  }

  serialize(): Uint8Array {
    return this.#inner.serialize();
  }

  applied = (): LogPosition => this.#inner.applied();
  confState = (): ConfState => this.#inner.confState();
  members = (): readonly MemberInfo[] => this.#inner.members();
  registry = (): ReturnType<StateMachine['registry']> => this.#inner.registry();
  lastStamp = (): Stamp | null => this.#inner.lastStamp();
  level = (): number => this.#inner.level();
  apply = (inputs: readonly ApplyInput[]): readonly Applied[] => this.#inner.apply(inputs);
  checkpoint = (): number | null => this.#inner.checkpoint();
  walBytes = (): number => this.#inner.walBytes();
  hash = (): string => this.#inner.hash();
  sizeBytes = (): number => this.#inner.sizeBytes();
  close = (): void => this.#inner.close();
}

export const SQLITE: MachineKind = {
  name: 'sqlite',
  create: (genesis) => new SqliteSimMachine(SqliteStateMachine.open(':memory:', { create: genesis })),
  load: (bytes) => new SqliteSimMachine(SqliteStateMachine.open(bytes)),
};

/** Everything that a plain machine holds. */
interface Image {
  readonly identity: StateIdentity;
  readonly confState: ConfState;
  readonly members: readonly MemberInfo[];
  readonly applied: LogPosition;
  readonly stamp: Stamp | null;
  readonly terms: readonly (readonly [firstIndex: number, term: number])[];
  readonly state: ReferenceImage;
}

class ReferenceMachine implements SimMachine {
  readonly path = null;
  readonly identity: StateIdentity;
  readonly #state: ReferenceState;
  readonly #terms: (readonly [firstIndex: number, term: number])[];
  #confState: ConfState;
  #members: readonly MemberInfo[];
  #applied: LogPosition;
  #stamp: Stamp | null;

  constructor(image: Image) {
    this.identity = image.identity;
    this.#state = new ReferenceState(image.state);
    this.#terms = [...image.terms];
    this.#confState = image.confState;
    this.#members = image.members;
    this.#applied = image.applied;
    this.#stamp = image.stamp;
  }

  #image(): Image {
    return {
      identity: this.identity,
      confState: this.#confState,
      members: this.#members,
      applied: this.#applied,
      stamp: this.#stamp,
      terms: this.#terms,
      state: this.#state.image(),
    };
  }

  serialize(): Uint8Array {
    return Buffer.from(JSON.stringify(this.#image()));
  }

  hash(): string {
    const { heads, namespaces, records } = this.#state.image();
    const sorted = {
      ...this.#image(),
      state: { heads: heads.toSorted(byKey), namespaces: namespaces.toSorted(), records: records.toSorted(byKey) },
    };
    return createHash('sha256').update(JSON.stringify(sorted)).digest('hex');
  }

  apply(inputs: readonly ApplyInput[]): readonly Applied[] {
    return inputs.map((input) => this.#applyOne(input));
  }

  #applyOne({ entry, confState, members }: ApplyInput): Applied {
    const { term, index, type, data } = entry;
    assert(index === this.#applied.index + 1, () => `entry ${index} does not follow on applied index ${this.#applied.index}`);
    assert(term >= this.#applied.term, () => `entry ${index} has term ${term}, the applied entry before it ${this.#applied.term}`);
    if (term > this.#applied.term) this.#terms.push([index, term]);
    const position: LogPosition = { term, index };
    this.#applied = position;
    if (type === 'conf-change') {
      assert(confState !== undefined && members !== undefined, 'a configuration change comes with what it led to');
      [this.#confState, this.#members] = [confState, members];
    }
    if (type === 'conf-change' || data.length === 0)
      return { position, result: null, replayed: false, resultPosition: position, stamp: null };
    const { command, stamp } = decodeCommand(data);
    assert(stamp !== null, () => `the command at ${index} was proposed without a stamp`);
    this.#stamp = stamp;
    return { position, ...this.#state.apply(command, position, stamp), stamp };
  }

  look(namespace: string, key: string): Look {
    const live = this.#state.live(namespace, key);
    return { applied: this.#applied, value: live?.value ?? null, position: live?.position ?? null };
  }

  termAt(index: number): number | 'below-floor' | 'not-applied' {
    if (index > this.#applied.index) return 'not-applied';
    return this.#terms.findLast(([first]) => first <= index)?.[1] ?? 'below-floor';
  }

  applied = (): LogPosition => this.#applied;
  confState = (): ConfState => this.#confState;
  members = (): readonly MemberInfo[] => this.#members;
  /** Keys and values only. */
  registry = (): null => null;
  lastStamp = (): Stamp | null => this.#stamp;
  level = (): number => 1;
  checkpoint = (): number | null => this.#applied.index;
  walBytes = (): number => 0;
  sizeBytes = (): number => 0;
  close = (): void => undefined;
}

function byKey(a: readonly [string, unknown], b: readonly [string, unknown]): number {
  return a[0] < b[0] ? -1 : 1;
}

export const REFERENCE: MachineKind = {
  name: 'reference',
  create: ({ identity, confState, members, position = { term: 0, index: 0 } }) =>
    new ReferenceMachine({
      identity,
      confState,
      members,
      applied: position,
      stamp: null,
      terms: [[position.index, position.term]],
      state: { heads: [], namespaces: [], records: [] },
    }),
  load: (bytes) => new ReferenceMachine(JSON.parse(Buffer.from(bytes).toString('utf8')) as Image),
};
