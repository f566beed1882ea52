import type { GroupLog } from '../log/types.ts';
import type { ConfState, Entry, HardState, LogGap, RaftStorage, SnapshotMetadata } from '../raft/types.ts';
import type { StateMachine } from '../state/types.ts';

/**
 * What the core reads: the stored log, and the state machine as the snapshot.
 * The state database is the snapshot, so one can be offered as soon as anything is applied.
 */
export class ReplicaRaftStorage implements RaftStorage {
  readonly #log: GroupLog;
  readonly #machine: () => StateMachine;

  constructor(log: GroupLog, machine: () => StateMachine) {
    this.#log = log;
    this.#machine = machine;
  }

  /** Commit is at least what is applied: commit-only changes are not written for their own sake. */
  initialState(): { readonly hardState: HardState; readonly confState: ConfState } {
    const stored = this.#log.hardState();
    const commit = Math.max(stored.commit, this.#machine().applied().index);
    return { hardState: { ...stored, commit }, confState: this.#machine().confState() };
  }

  entries(lo: number, hi: number, bytesMax: number): readonly Entry[] | LogGap {
    return this.#log.entries(lo, hi, bytesMax);
  }

  term(index: number): number | LogGap {
    return this.#log.term(index);
  }

  firstIndex(): number {
    return this.#log.firstIndex();
  }

  lastIndex(): number {
    return this.#log.lastIndex();
  }

  snapshot(): SnapshotMetadata {
    const { index, term } = this.#machine().applied();
    return { index, term, confState: this.#machine().confState() };
  }
}
