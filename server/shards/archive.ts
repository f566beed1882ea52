/**
 * The history of a group that is to end (spec 4, section 3): what `default` takes over before the group goes, so that audit and
 * watches still find it. The log of the group ends it by a seal, behind which nothing makes an event any more.
 */
import type { AuditAction, EntryType, LogPosition } from '../../lib/contract/model.ts';

/** One audit event as the group had it, with the revision that it tells of. */
export interface ArchivedEvent {
  /** As in `audit`: log index of the group * 256 + ordinal. */
  readonly id: number;
  readonly term: number;
  readonly hlc: string;
  readonly action: AuditAction;
  readonly actor: string;
  readonly namespace: string | null;
  readonly key: string | null;
  readonly oldRevision: number | null;
  readonly newRevision: number | null;
  readonly count: number | null;
  readonly message: string;
  readonly requestId: string;
  /** Null: it tells of none, or retention has taken it. A deletion has neither hash nor value. */
  readonly revision: {
    readonly type: EntryType;
    readonly deleted: boolean;
    readonly hash: number | null;
    readonly value: string | null;
  } | null;
}

/** How far the history of a group is here. */
export interface ArchiveRecord {
  readonly group: string;
  /** The seal: the last position of the group's log that counts. */
  readonly final: LogPosition;
  /** Events up to this id are here; in the group itself: 0. */
  readonly cursor: number;
  /** All of it is here. */
  readonly complete: boolean;
}
