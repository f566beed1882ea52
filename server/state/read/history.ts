/** Kept revisions of one key. */
import { and, desc, eq, sql } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import { entries, revisions } from '../schema.ts';
import type { AnswerOf, Query, RevisionRow } from '../types.ts';
import { type RevisionHeader, type ValueReader, answerBytes, revisionFields, revisionRow } from './revision-rows.ts';

const p = sql.placeholder;

/** A page of history holds at most this many bytes, and one row more. */
export const HISTORY_BYTES_MAX = 16 * 1024 * 1024;

/** Above every revision. */
const NO_REVISION = Number.MAX_SAFE_INTEGER;

export interface HistoryReader {
  readonly revision: (query: Query<'revision'>) => AnswerOf<'revision'>;
  readonly history: (query: Query<'history'>) => AnswerOf<'history'>;
  /** A kept revision without its value. */
  readonly header: (namespace: string, key: string, revision: number) => RevisionHeader | null;
}

export function prepareHistory(db: BetterSQLite3Database, valueOf: ValueReader): HistoryReader {
  const ofKey = and(eq(revisions.namespace, p('namespace')), eq(revisions.key, p('key')));
  const one = db
    .select(revisionFields)
    .from(revisions)
    .where(and(ofKey, eq(revisions.revision, p('revision'))))
    .prepare();
  const page = db
    .select(revisionFields)
    .from(revisions)
    .where(and(ofKey, sql`${revisions.revision} < ${p('before')}`))
    .orderBy(desc(revisions.revision))
    .limit(p('rows'))
    .prepare();
  const oldest = db
    .select({ revision: entries.oldestRevision })
    .from(entries)
    .where(and(eq(entries.namespace, p('namespace')), eq(entries.key, p('key'))))
    .prepare();

  const withValue = (header: RevisionHeader): RevisionRow => revisionRow(header, header.deleted === 1 ? null : valueOf(header));
  const header = (namespace: string, key: string, revision: number): RevisionHeader | null => one.get({ namespace, key, revision }) ?? null;

  return {
    header,
    revision: ({ namespace, key, revision }) => {
      const found = header(namespace, key, revision);
      return found === null ? null : withValue(found);
    },
    history: ({ namespace, key, beforeRevision, rowsMax }) => {
      const headers = page.all({ namespace, key, before: beforeRevision ?? NO_REVISION, rows: rowsMax + 1 });
      const rows: RevisionRow[] = [];
      let bytes = 0;
      for (const found of headers.slice(0, rowsMax)) {
        bytes += answerBytes(found, true);
        if (rows.length > 0 && bytes > HISTORY_BYTES_MAX) break;
        rows.push(withValue(found));
      }
      return { rows, more: rows.length < headers.length, oldestKept: oldest.get({ namespace, key })?.revision ?? null };
    },
  };
}
