/** Revisions as rows: which columns, how they become entries and history, and their values by proof. */
import { eq, sql } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import type { EntryType } from '../../../lib/contract/model.ts';
import { StateCorruptionError } from '../errors.ts';
import { revisions } from '../schema.ts';
import type { EntryRow, RevisionRow } from '../types.ts';
import { verifiedValue } from '../value-hash.ts';

/** Everything about a revision but its value. `bytes` is read from the row's header, without touching the value's pages. */
export const revisionFields = {
  id: revisions.id,
  namespace: revisions.namespace,
  key: revisions.key,
  revision: revisions.revision,
  type: revisions.type,
  deleted: revisions.deleted,
  positionTerm: revisions.positionTerm,
  positionIndex: revisions.positionIndex,
  createdAtMs: revisions.createdAtMs,
  timeMs: revisions.timeMs,
  author: revisions.author,
  message: revisions.message,
  hash: revisions.hash,
  origin: revisions.origin,
  bytes: sql<number | null>`octet_length(${revisions.value})`,
} as const;

export interface RevisionHeader {
  readonly id: number;
  readonly namespace: string;
  readonly key: string;
  readonly revision: number;
  readonly type: EntryType;
  readonly deleted: number;
  readonly positionTerm: number;
  readonly positionIndex: number;
  readonly createdAtMs: number;
  readonly timeMs: number;
  readonly author: string;
  readonly message: string;
  readonly hash: number | null;
  /** Group whose log the position is of; null: this one. */
  readonly origin: string | null;
  readonly bytes: number | null;
}

/** What a row costs in an answer beside its value, roughly. */
const ROW_BYTES = 300;

/** Bytes that a row adds to an answer, for `bytesMax`. */
export function answerBytes(row: Pick<RevisionHeader, 'key' | 'message' | 'bytes'>, withValue: boolean): number {
  return ROW_BYTES + row.key.length + row.message.length + (withValue ? (row.bytes ?? 0) : 0);
}

/** The value of a header that is known to have one, proven by its hash. */
export type ValueReader = (row: RevisionHeader) => string;

export function prepareValueReader(db: BetterSQLite3Database): ValueReader {
  const select = db
    .select({ value: revisions.value })
    .from(revisions)
    .where(eq(revisions.id, sql.placeholder('id')))
    .prepare();
  return (row) => {
    const value = select.get({ id: row.id })?.value;
    if (value === undefined || value === null) {
      throw new StateCorruptionError(`revision ${row.revision} of ${row.namespace} ${row.key} has lost its value`);
    }
    return proven(row, value);
  };
}

type Identified = Pick<RevisionHeader, 'namespace' | 'key' | 'revision' | 'type' | 'positionTerm' | 'positionIndex' | 'hash'>;

export function proven(row: Identified, value: string): string {
  const { namespace, key, revision, type } = row;
  return verifiedValue({ namespace, key, revision, type, position: { term: row.positionTerm, index: row.positionIndex } }, value, row.hash);
}

/** A live revision as the entry that it is (or was). */
export function entryRow(row: Omit<RevisionHeader, 'id' | 'bytes' | 'deleted'>, value: string | undefined): EntryRow {
  const entry = {
    namespace: row.namespace,
    key: row.key,
    type: row.type,
    revision: row.revision,
    position: { term: row.positionTerm, index: row.positionIndex },
    ...(row.origin === null ? {} : { group: row.origin }),
    createdAtMs: row.createdAtMs,
    updatedAtMs: row.timeMs,
    updatedBy: row.author,
    message: row.message,
  };
  return value === undefined ? entry : { ...entry, value };
}

/** @param value null for a deletion */
export function revisionRow(row: RevisionHeader, value: string | null): RevisionRow {
  return {
    namespace: row.namespace,
    key: row.key,
    revision: row.revision,
    value,
    type: row.type,
    position: { term: row.positionTerm, index: row.positionIndex },
    ...(row.origin === null ? {} : { group: row.origin }),
    author: row.author,
    message: row.message,
    timeMs: row.timeMs,
    deleted: row.deleted === 1,
  };
}
