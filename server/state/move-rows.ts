/** Rows of `moves` and `archives` as what the group knows, and as what it keeps because of it. */
import type { ArchiveRecord } from '../shards/archive.ts';
import type { MoveCursor, MoveRecord } from '../shards/import.ts';
import { Ownership } from '../shards/ownership.ts';
import type { ShardRange } from '../shards/types.ts';
import { partitionOf } from './partition.ts';
import type { archives, moves } from './schema.ts';

export type MoveRow = typeof moves.$inferSelect;

export function recordOf(row: MoveRow): MoveRecord {
  return {
    move: row.move,
    state: row.state,
    index: row.decidedIndex,
    cursor: row.cursor === null ? null : (JSON.parse(row.cursor) as MoveCursor),
    fromFinalIndex: row.fromFinalIndex,
    rows: row.importedRows,
    bytes: row.importedBytes,
  };
}

export function rangeOf(row: Pick<MoveRow, 'range'>): ShardRange {
  return JSON.parse(row.range) as ShardRange;
}

export function ownershipOf(group: string, rows: readonly MoveRow[]): Ownership {
  const decisions = rows.map((row) => ({ state: row.state, range: rangeOf(row), index: row.decidedIndex }));
  return new Ownership(group, decisions, partitionOf);
}

export function archiveRecordOf({ groupId, finalTerm, finalIndex, cursor, complete }: typeof archives.$inferSelect): ArchiveRecord {
  return { group: groupId, final: { term: finalTerm, index: finalIndex }, cursor, complete: complete === 1 };
}
