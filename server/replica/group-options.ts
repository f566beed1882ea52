/** What a group's replica is made of, and what it needs done by its host. */
import type { GroupLog, GroupWrite } from '../log/types.ts';
import type { Message, PeerId, RaftConfig, SnapMessage } from '../raft/types.ts';
import type { Proposal } from './proposal-queue.ts';
import type { Logger, Runtime } from './runtime.ts';
import type { Stamper } from './stamper.ts';
import type { OpenedState, StateStorage } from './state-storage.ts';

export interface ReplicaTiming {
  readonly electionTicks: number;
  readonly heartbeatTicks: number;
  readonly tickMs: number;
}

/** Bounds of the core, per group. */
export type CoreLimits = Pick<
  RaftConfig,
  | 'sizePerMsgBytesMax'
  | 'inflightMessagesMax'
  | 'inflightBytesMax'
  | 'uncommittedBytesMax'
  | 'committedBytesPerReadyMax'
  | 'pendingReadsMax'
>;

export const CORE_LIMITS: CoreLimits = {
  sizePerMsgBytesMax: 1024 * 1024,
  inflightMessagesMax: 256,
  inflightBytesMax: 32 * 1024 * 1024,
  uncommittedBytesMax: 256 * 1024 * 1024,
  committedBytesPerReadyMax: 16 * 1024 * 1024,
  pendingReadsMax: 4096,
};

export interface GroupReplicaOptions {
  readonly group: string;
  readonly self: PeerId;
  readonly runtime: Runtime;
  readonly log: GroupLog;
  readonly state: OpenedState;
  readonly storage: StateStorage;
  readonly timing: ReplicaTiming;
  readonly limits?: CoreLimits | undefined;
  readonly stamper: Stamper;
  readonly logger: Logger;
  readonly callbacks: GroupCallbacks;
}

/** What a group needs done by its host. None of these may call back into the group at once. */
export interface GroupCallbacks {
  send(messages: readonly Message[]): void;
  /** A follower needs the state itself. */
  sendSnapshot(message: SnapMessage): void;
  /** To be made durable after everything handed over before; `persisted(number)` then follows. */
  write(number: number, write: GroupWrite | null): void;
  /** Queued proposals that this node may not propose itself: hand them to `leader`, or back to `requeue`. */
  forward(leader: PeerId, proposals: readonly Proposal[]): void;
  /** The state file was replaced: readers reopen. */
  reopened(state: OpenedState): void;
  membersChanged(): void;
  roleChanged(): void;
  wake(): void;
}
