/** Commands, results and queries of sharding (spec 4): a part of the contract in `types.ts`. */
import type { ArchiveRecord, ArchivedEvent } from '../shards/archive.ts';
import type { ImportRow, MoveCursor, MoveRecord } from '../shards/import.ts';
import type { LogPosition } from '../../lib/contract/model.ts';
import type { RegistryRefusal } from '../shards/changes.ts';
import type { Registry, RegistryMove } from '../shards/registry.ts';
import type { PlannedMove, PrefixRoute, ShardRange } from '../shards/types.ts';

/**
 * Changes of the shard registry, in `default` only; from level 2 on. Each one raises the epoch by one. Those of operators are
 * refused when the registry has another epoch than the one that they were made from; those of the driver may be repeated.
 */
export type RegistryCommandBody =
  | { readonly type: 'create-group'; readonly expectedEpoch: number; readonly id: string; readonly members: readonly string[] | null }
  /** Only when nothing routes to it and no move touches it. */
  | { readonly type: 'retire-group'; readonly expectedEpoch: number; readonly id: string }
  /** Of a retiring group whose history is here: it has no replicas any more. */
  | { readonly type: 'remove-group'; readonly expectedEpoch: number; readonly id: string }
  /** The whole routing as it shall be, and the moves that lead there, from `planChange` (server/shards). Voided moves are over with it. */
  | {
      readonly type: 'change-routes';
      readonly expectedEpoch: number;
      readonly routes: readonly PrefixRoute[];
      readonly partitions: readonly string[];
      readonly moves: readonly PlannedMove[];
    }
  | { readonly type: 'flip-move'; readonly move: string; readonly fromFinalIndex: number; readonly toStartIndex: number }
  | { readonly type: 'void-move'; readonly move: string }
  | { readonly type: 'abort-move'; readonly move: string };

/**
 * Steps of a move in the logs of the two groups that it is between; from level 2 on. Each may be repeated: the first one decides,
 * and every answer tells what the group knows of the move.
 */
export type RangeCommandBody =
  /** In the group that gives: it does not keep the range from here on. */
  | { readonly type: 'fence-range'; readonly move: string; readonly range: ShardRange }
  /** It keeps the range again, and will never be fenced for this move. `unfenced`: only if it is not fenced. */
  | { readonly type: 'lift-fence'; readonly move: string; readonly range: ShardRange; readonly unfenced: boolean }
  /** In the group that takes. Nothing happens unless `before` is how far it has come (null: not begun). */
  | {
      readonly type: 'import-rows';
      readonly move: string;
      readonly range: ShardRange;
      readonly before: MoveCursor | null;
      readonly after: MoveCursor;
      readonly rows: readonly ImportRow[];
    }
  /** It keeps the range from here on. Nothing happens unless `cursor` is how far it has come. */
  | { readonly type: 'own-range'; readonly move: string; readonly cursor: MoveCursor; readonly fromFinalIndex: number }
  /** It will never keep the range by this move. */
  | { readonly type: 'void-range'; readonly move: string; readonly range: ShardRange }
  /** Drops at most `rowsMax` rows of a range that the group has given away, or has taken in vain. */
  | { readonly type: 'release-range'; readonly move: string; readonly rowsMax: number };

/** The end of a group, step by step; from level 2 on. Each may be repeated. */
export type ArchiveCommandBody =
  /** In a group that is retiring: nothing makes an event there from here on. */
  | { readonly type: 'seal-group' }
  /** In `default`, of a group that is retiring. Nothing happens unless `before` is how far it has come (null: not begun). */
  | {
      readonly type: 'import-archive';
      readonly group: string;
      readonly before: number | null;
      readonly after: number;
      readonly final: LogPosition;
      /** As the group's own state has them. */
      readonly auditFloorIndex: number;
      readonly historyFloorIndex: number;
      /** These are the last ones. */
      readonly complete: boolean;
      readonly events: readonly ArchivedEvent[];
    };

/** Results of what concerns shards. */
export type ShardResult =
  /** The group does not keep the namespace: nothing was done, whoever routes looks again. Never the answer to a repeated request. */
  | { readonly kind: 'moved' }
  /** The registry after the command; of a change of routes, the moves that it announced. */
  | { readonly kind: 'registry'; readonly epoch: number; readonly moves: readonly RegistryMove[] }
  | { readonly kind: 'registry-refused'; readonly code: RegistryRefusal; readonly epoch: number; readonly detail: string }
  /** What the group knows of the move after the command. `more`, of a release: the same again would drop more. */
  | { readonly kind: 'range'; readonly record: MoveRecord | null; readonly more: boolean }
  /** What is known of the end of a group after the command; null: nothing, it is not the time for it. */
  | { readonly kind: 'archive'; readonly record: ArchiveRecord | null };

/** Queries about shards. */
export interface ShardQueries {
  /** Of `default`: the shard registry at the applied position. */
  registry: { readonly q: object; readonly a: Registry };
  /** What this group knows of a move; null: nothing. */
  move: { readonly q: { readonly move: string }; readonly a: MoveRecord | null };
  /** Everything that this group knows of moves, oldest first: whether the answers of two groups go together is judged by it. */
  moves: { readonly q: object; readonly a: readonly MoveRecord[] };
  /** What there is of a range, whoever keeps it: for plans. Takes time in proportion to it. */
  rangeSize: { readonly q: { readonly range: ShardRange }; readonly a: RangeSize };
  /**
   * Rows of a range after a cursor (null: from the start), to be copied. `done`: there are no more in this state. `lost`: what has
   * changed since can no longer be told, because retention has taken it; the copy has to start anew.
   */
  rangeRows: {
    readonly q: { readonly range: ShardRange; readonly cursor: MoveCursor | null; readonly bytesMax: number };
    readonly a: { readonly rows: readonly ImportRow[]; readonly cursor: MoveCursor; readonly done: boolean; readonly lost: boolean };
  };
  /** What is known of the end of a group: here of another one, or of this one itself. */
  archive: { readonly q: { readonly group: string }; readonly a: ArchiveRecord | null };
  /** Events of this group after an id (null: from the start), to be taken over. `done`: there are no more in this state. */
  archiveRows: {
    readonly q: { readonly after: number | null; readonly bytesMax: number };
    readonly a: {
      readonly events: readonly ArchivedEvent[];
      readonly cursor: number;
      readonly done: boolean;
      readonly auditFloorIndex: number;
      readonly historyFloorIndex: number;
    };
  };
}

export interface RangeSize {
  readonly namespaces: number;
  readonly entries: number;
  /** Kept revisions, deletions included. */
  readonly revisions: number;
  /** Of the values of all kept revisions. */
  readonly bytes: number;
}
