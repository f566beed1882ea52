/** What a host is made of, and whom it tells what happens. */
import type { HybridClock } from '../clock/hlc.ts';
import type { LogStore } from '../log/types.ts';
import type { PeerTransport } from '../peers/types.ts';
import type { PeerId } from '../raft/types.ts';
import type { MemberInfo } from '../state/member-info.ts';
import type { CheckpointLimits } from './checkpoints.ts';
import type { ClockReserve } from './clock-reserve.ts';
import type { CoreLimits, ReplicaTiming } from './group-options.ts';
import type { Logger, Runtime } from './runtime.ts';
import type { OpenedState, StateStorage } from './state-storage.ts';

/** Who is told what happens; the engine side of the thread, or the simulator. */
export interface HostObserver {
  /** Something that `view` shows may have changed. Once per turn and group. */
  published(group: string): void;
  reopened(group: string, state: OpenedState): void;
  /** The group was removed from this node: nothing of it is readable any more, and its file goes. */
  closed(group: string): void;
  membersChanged(group: string): void;
  roleChanged(group: string): void;
  /** The process must end: what is in memory may be ahead of what the disk can ever hold. */
  fatal(reason: string, error: Error): void;
}

export interface HostOptions {
  readonly name: string;
  readonly self: PeerId;
  readonly runtime: Runtime;
  readonly log: LogStore;
  readonly storage: StateStorage;
  readonly transport: PeerTransport;
  readonly timing: ReplicaTiming;
  readonly limits?: CoreLimits | undefined;
  readonly clock: HybridClock;
  readonly reserve: ClockReserve;
  readonly logger: Logger;
  readonly observer: HostObserver;
  /** Whether writes that take space are refused for now. */
  readonly storageFull: () => boolean;
  readonly checkpoints?: CheckpointLimits | undefined;
  /** A group's state, sent by others or not, stands on this disk together with its log. Called before that is acknowledged to anybody. */
  readonly received: (group: string) => void;
  /** Who is known while no replica is in service to tell. */
  readonly firstMembers: readonly MemberInfo[];
}
