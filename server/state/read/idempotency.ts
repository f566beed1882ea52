/** First answers of idempotent requests, for the edge that wants to replay without proposing. */
import { eq, sql } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import { idempotency } from '../schema.ts';
import type { AnswerOf, CommandResult, Query } from '../types.ts';

export function prepareIdempotency(db: BetterSQLite3Database): (query: Query<'idempotency'>) => AnswerOf<'idempotency'> {
  const select = db
    .select()
    .from(idempotency)
    .where(eq(idempotency.scope, sql.placeholder('scope')))
    .prepare();
  return ({ scope }) => {
    const row = select.get({ scope });
    if (row === undefined) return null;
    return {
      request: row.request,
      position: { term: row.positionTerm, index: row.positionIndex },
      ...(row.origin === null ? {} : { group: row.origin }),
      result: JSON.parse(row.result) as CommandResult,
    };
  };
}
