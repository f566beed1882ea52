import type { ClockValue } from '../clock/hlc.ts';
import type { HealthCheck, LabState, MemberChange, MemberChangeOutcome, RelayOutcome, RelayRequest } from '../engine/types.ts';
import type { ClusterStatus } from '../../lib/contract/cluster.ts';
import type { ChangeAuthor } from './conf-context.ts';
import type { ReplicaHost } from './host.ts';
import type { Proposal } from './proposal-queue.ts';
import type { ReadQuestion } from './read-index-queue.ts';

/** What the consensus thread can do for the other threads. */
export interface NodeServices {
  view(group: string): ReturnType<ReplicaHost['view']>;
  /** A client's clock value: what is proposed from now on, here or at the leader that hears from here, is stamped above it. */
  heardClock(value: ClockValue): void;
  propose(group: string, proposal: Proposal): void;
  readIndex(group: string, question: ReadQuestion): void;
  status(): Promise<ClusterStatus>;
  health(): Promise<readonly HealthCheck[]>;
  metrics(): string;
  relay(node: string, request: RelayRequest, timeoutMs: number): Promise<RelayOutcome>;
  transfer(group: string, node: string, timeoutMs: number): Promise<{ readonly kind: 'done' | 'not-a-voter' | 'no-leader' | 'timeout' }>;
  changeMembers(change: MemberChange, by: ChangeAuthor, timeoutMs: number): Promise<MemberChangeOutcome>;
  labState(): LabState;
  labSet(change: Partial<LabState>): LabState;
  /** A reader found damage in a group's state. */
  damaged(group: string, detail: string): void;
}
