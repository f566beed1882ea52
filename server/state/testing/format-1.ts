/** A state as the first release made it, for the proof that later programs carry it forward. */
import type { Database } from 'better-sqlite3';
import { APPLICATION_ID, DDL } from '../ddl.ts';

/** Columns and tables that format 1 did not have. */
const LATER = [
  ',\n    ownership_index INTEGER NOT NULL DEFAULT 0',
  ',\n    origin TEXT,\n    namespace TEXT',
  ',\n    origin TEXT',
] as const;

export function createFormat1(sqlite: Database): void {
  for (const statement of DDL) {
    if (/ (?:moves|moves_by_move|registry|ledger|ledger_by_move|archive\w*) /.test(statement)) continue;
    sqlite.exec(LATER.reduce((text, part) => text.replace(part, ''), statement));
  }
  sqlite.pragma(`application_id = ${APPLICATION_ID}`);
  sqlite.pragma('user_version = 1');
}
