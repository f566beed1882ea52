/** The point read: the hottest query of all. One statement, hence one transaction, gives applied position and entry. */
import { and, eq, sql } from 'drizzle-orm';
import { must } from '../../../lib/kernel/assert.ts';
import type { Connection } from '../database.ts';
import { DirectSelect } from '../direct.ts';
import { StateCorruptionError } from '../errors.ts';
import { entries, meta, revisions } from '../schema.ts';
import type { Query, ReadAnswer } from '../types.ts';
import { entryRow, proven } from './revision-rows.ts';

export function prepareEntry({ sqlite, db }: Connection): (query: Query<'entry'>) => ReadAnswer<'entry'> {
  const columns = {
    appliedTerm: meta.appliedTerm,
    appliedIndex: meta.appliedIndex,
    ownershipIndex: meta.ownershipIndex,
    headRevision: entries.revision,
    id: revisions.id,
    namespace: revisions.namespace,
    key: revisions.key,
    revision: revisions.revision,
    type: revisions.type,
    positionTerm: revisions.positionTerm,
    positionIndex: revisions.positionIndex,
    createdAtMs: revisions.createdAtMs,
    timeMs: revisions.timeMs,
    author: revisions.author,
    message: revisions.message,
    hash: revisions.hash,
    origin: entries.origin,
    value: revisions.value,
  };
  const query = db
    .select(columns)
    .from(meta)
    .leftJoin(
      entries,
      and(eq(entries.namespace, sql.placeholder('namespace')), eq(entries.key, sql.placeholder('key')), sql`${entries.deleted} = 0`),
    )
    // The head must point at its own newest revision: what it points at wrongly is not found.
    .leftJoin(
      revisions,
      and(
        eq(revisions.id, entries.revisionId),
        eq(revisions.namespace, entries.namespace),
        eq(revisions.key, entries.key),
        eq(revisions.revision, entries.revision),
      ),
    )
    .where(eq(meta.id, 1));
  const select = new DirectSelect(sqlite, query, Object.keys(columns) as (keyof typeof columns)[]);

  return ({ namespace, key }) => {
    const row = must(select.get({ namespace, key }), 'a state has its meta row');
    const applied = { term: row.appliedTerm, index: row.appliedIndex };
    const { ownershipIndex } = row;
    if (row.headRevision === null) return { applied, ownershipIndex, data: null };
    if (row.value === null) {
      throw new StateCorruptionError(`the newest revision of ${namespace} ${key} is not where its entry says`);
    }
    // One row of `revisions` was found whole, so none of its columns is null.
    const revision = row as typeof row & Parameters<typeof entryRow>[0];
    return { applied, ownershipIndex, data: entryRow(revision, proven(revision, row.value)) };
  };
}
