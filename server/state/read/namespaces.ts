/** Namespaces in order of name. `prefix` is a prefix of the text; the scope covers by whole segments. */
import { and, asc, eq, sql } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import { namespaceRanges } from '../access.ts';
import { namespaces } from '../schema.ts';
import type { AnswerOf, NamespaceRow, Query } from '../types.ts';
import { ABOVE_ALL_TEXT } from './bounds.ts';
import type { Moment } from './moment.ts';

const p = sql.placeholder;

function rowOf(row: typeof namespaces.$inferSelect): NamespaceRow {
  return {
    namespace: row.namespace,
    description: row.description,
    owner: row.owner,
    createdAtMs: row.createdAtMs,
    updatedAtMs: row.updatedAtMs,
    position: { term: row.positionTerm, index: row.positionIndex },
    ...(row.origin === null ? {} : { group: row.origin }),
    entries: row.entries,
  };
}

export interface NamespaceReader {
  readonly namespace: (query: Query<'namespace'>) => AnswerOf<'namespace'>;
  readonly namespaces: (query: Query<'namespaces'>, moment: Moment) => AnswerOf<'namespaces'>;
}

export function prepareNamespaces(db: BetterSQLite3Database): NamespaceReader {
  const one = db
    .select()
    .from(namespaces)
    .where(eq(namespaces.namespace, p('namespace')))
    .prepare();
  const page = db
    .select()
    .from(namespaces)
    .where(and(sql`${namespaces.namespace} >= ${p('from')}`, sql`${namespaces.namespace} < ${p('to')}`))
    .orderBy(asc(namespaces.namespace))
    .limit(p('rows'))
    .prepare();

  return {
    namespace: ({ namespace }) => {
      const row = one.get({ namespace });
      return row === undefined ? null : rowOf(row);
    },
    namespaces: ({ prefix, scope, after, rowsMax }, { ownership }) => {
      const rows: NamespaceRow[] = [];
      const start = after === null ? '' : `${after}\0`;
      for (const range of namespaceRanges(prefix, scope)) {
        if (range.to !== null && range.to <= start) continue;
        let from = start > range.from ? start : range.from;
        for (;;) {
          const limit = rowsMax + 1 - rows.length;
          const found = page.all({ from, to: range.to ?? ABOVE_ALL_TEXT, rows: limit });
          for (const row of found) if (ownership.keeps(row.namespace)) rows.push(rowOf(row));
          if (rows.length > rowsMax) return { rows: rows.slice(0, rowsMax), more: true };
          const last = found.at(-1);
          if (last === undefined || found.length < limit) break;
          from = `${last.namespace}\0`;
        }
      }
      return { rows, more: false };
    },
  };
}
