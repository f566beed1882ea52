/**
 * Messages between the consensus thread and the engine clients of other threads: plain data over a MessagePort, many in one
 * post. Numbers pair questions with answers; a client's deadline is its own, so that an answer that comes too late is dropped.
 */
import type { ClockValue } from '../clock/hlc.ts';
import type {
  HealthCheck,
  LabState,
  MemberChange,
  MemberChangeOutcome,
  ProposeOutcome,
  ReadIndexOutcome,
  RelayAnswer,
  RelayOutcome,
  RelayRequest,
} from '../engine/types.ts';
import type { ClusterStatus } from '../../lib/contract/cluster.ts';
import type { ReplicaJournal } from '../../lib/contract/schemas/journal.ts';
import type { StateIdentity } from '../state/types.ts';
import type { BackupBegun } from './backups.ts';
import type { ChangeAuthor } from './conf-context.ts';

/** Questions, by operation: what is asked, and what is answered. */
export interface Operations {
  propose: {
    readonly q: {
      readonly group: string;
      readonly command: Uint8Array;
      readonly forward: 'always' | 'never';
      readonly frees: boolean;
      readonly after: ClockValue | null;
      readonly timeoutMs: number;
    };
    readonly a: ProposeOutcome;
  };
  readIndex: { readonly q: { readonly group: string; readonly timeoutMs: number }; readonly a: ReadIndexOutcome };
  status: { readonly q: object; readonly a: ClusterStatus };
  health: { readonly q: object; readonly a: readonly HealthCheck[] };
  metrics: { readonly q: object; readonly a: string };
  relay: { readonly q: { readonly node: string; readonly request: RelayRequest; readonly timeoutMs: number }; readonly a: RelayOutcome };
  transfer: {
    readonly q: { readonly group: string; readonly node: string; readonly timeoutMs: number };
    readonly a: { readonly kind: 'done' | 'not-a-voter' | 'no-leader' | 'timeout' };
  };
  journal: { readonly q: { readonly group: string; readonly index: number | null }; readonly a: ReplicaJournal | null };
  /** Copies all states aside for a backup; `backup-ended` with the same ticket lets go of it, and is to follow in every case. */
  backup: { readonly q: { readonly ticket: string }; readonly a: BackupBegun };
  changeMembers: {
    readonly q: { readonly change: MemberChange; readonly by: ChangeAuthor; readonly timeoutMs: number };
    readonly a: MemberChangeOutcome;
  };
  labState: { readonly q: object; readonly a: LabState };
  labSet: { readonly q: { readonly change: Partial<LabState> }; readonly a: LabState };
}

export type Operation = keyof Operations;

export type ClientMessage =
  | { readonly [O in Operation]: { readonly type: 'ask'; readonly id: number; readonly op: O } & Operations[O]['q'] }[Operation]
  /** This thread answers relayed requests from now on. */
  | { readonly type: 'serve-relays' }
  | { readonly type: 'relay-answer'; readonly id: number; readonly answer: RelayAnswer | null }
  | { readonly type: 'backup-ended'; readonly ticket: string }
  /** A reader found damage. */
  | { readonly type: 'damage'; readonly group: string; readonly detail: string };

/** A group's readable state, for readers to open. `path` null: nothing to read here. */
export interface GroupOpened {
  readonly group: string;
  readonly slot: number;
  readonly path: string | null;
  readonly generation: number;
  readonly identity: StateIdentity | null;
}

/** A node that is or was a member. */
export interface NodePlace {
  readonly node: string;
  readonly url: string;
  readonly peer: string;
  readonly member: boolean;
}

export type HostMessage =
  | { readonly type: 'answer'; readonly id: number; readonly value: Operations[Operation]['a'] | null; readonly error: string | null }
  | { readonly type: 'wake'; readonly slot: number }
  | { readonly type: 'opened'; readonly opened: GroupOpened }
  /** The group is gone from this node. */
  | { readonly type: 'closed'; readonly group: string }
  /** Known nodes; a place in this list never changes its name, so the board can point into it. */
  | { readonly type: 'nodes'; readonly nodes: readonly NodePlace[] }
  | { readonly type: 'relay'; readonly id: number; readonly request: RelayRequest };

/** What a client needs to begin: comes with the port. */
export interface EngineClientInit {
  readonly nodeId: string;
  readonly client: number;
  readonly board: SharedArrayBuffer;
  readonly lab: boolean;
  /** Without contact for so long, what a replica knows counts as stale. */
  readonly staleAfterMs: number;
  readonly waitersMax: number;
}
