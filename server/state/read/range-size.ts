/** How much a range holds, for plans. */
import { asc, eq, gt, sql } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import { covers } from '../../shards/range.ts';
import { partitionOf } from '../partition.ts';
import { entries, namespaces, revisions } from '../schema.ts';
import type { AnswerOf, Query } from '../types.ts';
import type { Moment } from './moment.ts';

const p = sql.placeholder;

export function prepareRangeSize(db: BetterSQLite3Database): (query: Query<'rangeSize'>, moment: Moment) => AnswerOf<'rangeSize'> {
  const nextName = db
    .select({ namespace: entries.namespace })
    .from(entries)
    .where(gt(entries.namespace, p('after')))
    .orderBy(asc(entries.namespace))
    .limit(1)
    .prepare();
  const names = db
    .select({ namespace: namespaces.namespace, entries: namespaces.entries })
    .from(namespaces)
    .where(gt(namespaces.namespace, p('after')))
    .orderBy(asc(namespaces.namespace))
    .limit(1)
    .prepare();
  const kept = db
    .select({ revisions: sql<number>`count(*)`, bytes: sql<number>`coalesce(sum(octet_length(${revisions.value})), 0)` })
    .from(revisions)
    .where(eq(revisions.namespace, p('namespace')))
    .prepare();

  return ({ range }, { ownership }) => {
    const size = { namespaces: 0, entries: 0, revisions: 0, bytes: 0 };
    const isWanted = (name: string): boolean => covers(range, name, () => partitionOf(name)) && ownership.keeps(name);
    for (let row = names.get({ after: '' }); row !== undefined; row = names.get({ after: row.namespace })) {
      if (!isWanted(row.namespace)) continue;
      size.namespaces += 1;
      size.entries += row.entries;
    }
    // Deleted namespaces have history too.
    for (let row = nextName.get({ after: '' }); row !== undefined; row = nextName.get({ after: row.namespace })) {
      if (!isWanted(row.namespace)) continue;
      const found = kept.get({ namespace: row.namespace });
      size.revisions += found?.revisions ?? 0;
      size.bytes += found?.bytes ?? 0;
    }
    return size;
  };
}
