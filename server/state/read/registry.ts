/** The shard registry with its ledger. */
import { asc } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import { parseLedgerRow, parseRegistry } from '../registry-content.ts';
import { ledger, registry } from '../schema.ts';
import type { AnswerOf } from '../types.ts';

export function prepareRegistry(db: BetterSQLite3Database): () => AnswerOf<'registry'> {
  const one = db.select({ epoch: registry.epoch, content: registry.content }).from(registry).prepare();
  const rows = db.select({ content: ledger.content }).from(ledger).orderBy(asc(ledger.epoch)).prepare();
  return () => {
    const { undo: _undo, ...record } = parseRegistry(one.get());
    return { ...record, ledger: rows.all().map(({ content }) => parseLedgerRow(content)) };
  };
}
