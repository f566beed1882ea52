/** The state that a read looks at: taken first in its transaction, so that it is the very state of everything read after it. */
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import type { LogPosition } from '../../../lib/contract/model.ts';
import { must } from '../../../lib/kernel/assert.ts';
import type { Ownership } from '../../shards/ownership.ts';
import { meta } from '../schema.ts';
import type { KeptRanges } from './keeping.ts';

export interface Moment {
  readonly applied: LogPosition;
  /** No audit event above this index has expired. */
  readonly auditFloorIndex: number;
  /** States from this index on can be rebuilt from the kept revisions. */
  readonly historyFloorIndex: number;
  /** Index of the last change of what the group keeps; 0 when there never was one. */
  readonly ownershipIndex: number;
  /** What it keeps. */
  readonly ownership: Ownership;
}

export function prepareMoment(db: BetterSQLite3Database, kept: KeptRanges): () => Moment {
  const select = db
    .select({
      term: meta.appliedTerm,
      index: meta.appliedIndex,
      auditFloorIndex: meta.auditFloorIndex,
      historyFloorIndex: meta.historyFloorIndex,
      ownershipIndex: meta.ownershipIndex,
    })
    .from(meta)
    .prepare();
  return () => {
    const { term, index, ...floors } = must(select.get(), 'a state has its meta row');
    return { applied: { term, index }, ...floors, ownership: kept.at(floors.ownershipIndex) };
  };
}
