import type { SnapshotMetadata } from '../raft/types.ts';
import type { LogPosition } from '../../lib/contract/model.ts';
import type { MemberInfo } from '../state/member-info.ts';
import type { StateIdentity, StateMachine } from '../state/types.ts';

/** A group's state, opened. */
export interface OpenedState {
  readonly machine: StateMachine;
  /** Rises with every installed snapshot: readers reopen when it changes. */
  readonly generation: number;
  /** Where the snapshot stood that this generation came from; null for the state that the cluster was formed with. */
  readonly installedAt: LogPosition | null;
}

/** A consistent copy of a group's state, made to be sent. */
export interface SnapshotCopy {
  readonly metadata: SnapshotMetadata;
  readonly sizeBytes: number;
  chunks(): AsyncIterable<Uint8Array>;
  dispose(): void;
}

/** A copy that arrived whole and was verified; not yet in force. */
export interface StagedState {
  readonly metadata: SnapshotMetadata;
  discard(): void;
}

/** What a new state says before anything is applied. */
export interface FirstRows {
  readonly position: LogPosition;
  readonly voters: readonly MemberInfo[];
  /** Of commands. */
  readonly level: number;
}

/** Where the state databases of a node live. Files, or memory in the simulator. */
export interface StateStorage {
  /** @returns null when there is none @throws StateCorruptionError */
  open(group: string): OpenedState | null;
  /** Creates the state that a group begins with, durably. */
  create(identity: StateIdentity, first: FirstRows): void;
  /** Removes all that is kept of a group, durably. May be repeated. Nothing of it is open any more. */
  remove(group: string): void;
  /** Copies the live state aside, off this thread; at most one copy at a time per node (the caller sees to it). */
  copy(group: string): Promise<SnapshotCopy>;
  /** Takes in a copy from another node and verifies it. The bytes are durable when it resolves. @throws when it is damaged or not what `expected` says */
  stage(group: string, expected: SnapshotMetadata, chunks: AsyncIterable<Uint8Array>): Promise<StagedState>;
  /** Puts a staged copy in force, atomically and durably, in place of `old`, which is closed. */
  install(group: string, staged: StagedState, old: OpenedState): OpenedState;
}
