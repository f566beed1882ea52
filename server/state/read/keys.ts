/** API keys. The two look-ups that authenticate a request are one statement each, with the applied position. */
import { type SQL, asc, eq, gt, sql } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import { must } from '../../../lib/kernel/assert.ts';
import { apiKeyOf, type ApiKeyRecord } from '../apply/keys.ts';
import { apiKeys, meta } from '../schema.ts';
import type { AnswerOf, ApiKeyRow, Query, ReadAnswer } from '../types.ts';

const p = sql.placeholder;

function rowOf(record: ApiKeyRecord): ApiKeyRow {
  return { ...apiKeyOf(record), secretHash: record.secretHash };
}

function prepareOne(db: BetterSQLite3Database, on: SQL) {
  const select = db
    .select({ term: meta.appliedTerm, index: meta.appliedIndex, key: apiKeys })
    .from(meta)
    .leftJoin(apiKeys, on)
    .where(eq(meta.id, 1))
    .prepare();
  return (wanted: string): { applied: ReadAnswer<'keyById'>['applied']; data: ApiKeyRow | null } => {
    const { term, index, key } = must(select.get({ wanted }), 'a state has its meta row');
    return { applied: { term, index }, data: key === null ? null : rowOf(key) };
  };
}

export interface KeyReader {
  readonly bySecretHash: (query: Query<'keyBySecretHash'>) => ReadAnswer<'keyBySecretHash'>;
  readonly byId: (query: Query<'keyById'>) => ReadAnswer<'keyById'>;
  /** In order of id. */
  readonly keys: (query: Query<'keys'>) => AnswerOf<'keys'>;
}

export function prepareKeys(db: BetterSQLite3Database): KeyReader {
  const bySecret = prepareOne(db, eq(apiKeys.secretHash, p('wanted')));
  const byId = prepareOne(db, eq(apiKeys.keyId, p('wanted')));
  const page = db
    .select()
    .from(apiKeys)
    .where(gt(apiKeys.keyId, p('after')))
    .orderBy(asc(apiKeys.keyId))
    .limit(p('rows'))
    .prepare();
  return {
    bySecretHash: ({ secretHash }) => bySecret(secretHash),
    byId: ({ id }) => byId(id),
    keys: ({ after, rowsMax }) => {
      const records = page.all({ after: after ?? '', rows: rowsMax + 1 });
      return { rows: records.slice(0, rowsMax).map(rowOf), more: records.length > rowsMax };
    },
  };
}
