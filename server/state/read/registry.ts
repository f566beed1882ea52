/** The shard registry with its ledger: asked for often, and changed seldom. */
import { asc } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import { parseLedgerRow, parseRegistry } from '../registry-content.ts';
import { ledger, registry } from '../schema.ts';
import type { AnswerOf } from '../types.ts';

export function prepareRegistry(db: BetterSQLite3Database): () => AnswerOf<'registry'> {
  const one = db.select({ epoch: registry.epoch, content: registry.content }).from(registry).prepare();
  const rows = db.select({ content: ledger.content }).from(ledger).orderBy(asc(ledger.epoch)).prepare();
  let last: AnswerOf<'registry'> | null = null;
  return () => {
    const row = one.get();
    // Every change raises the epoch.
    if (last !== null && last.epoch === (row?.epoch ?? 0)) return last;
    const { undo: _undo, ...record } = parseRegistry(row);
    last = { ...record, ledger: rows.all().map(({ content }) => parseLedgerRow(content)) };
    return last;
  };
}
