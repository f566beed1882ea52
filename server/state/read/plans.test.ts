/** How SQLite goes about the hot queries: by an index, never by looking at a whole table or sorting it. */
import { expect, test } from 'vitest';
import { Harness, put, write } from '../testing/harness.ts';
import { connectMemory } from '../database.ts';
import { SqliteStateReader } from '../sqlite-state-reader.ts';
import { prepareStatements } from '../apply/statements.ts';

/** Statements that may scan, by what they scan and why. */
const SCANS: readonly (readonly [detail: RegExp, statement: RegExp])[] = [
  // Tables of one row, or of few by nature (TERMS_KEPT; as many lineages as restores).
  [/^SCAN (meta|cluster|lineages)$/, /./],
  [/^SCAN (terms|t)$/, /./],
  // As many as there have been moves, each read whole, and only where something about moves has changed.
  [/^SCAN (moves|registry|ledger)$/, /./],
  // As many as groups have ended.
  [/^SCAN archives USING INDEX/, /order by "archives"."group_id" asc$/],
  // The first row in order of the primary key.
  [/^SCAN audit$/, /order by "audit"."id" asc limit \?$/],
  // Revoking a key asks for any other administrator's: rare, and keys are few.
  [/^SCAN api_keys$/, /"api_keys"."row_id" <> \?/],
  [/^SCAN api_keys USING COVERING INDEX/, /select "row_id" from "api_keys" limit \?$/],
  // The ranges of a scope, in JSON.
  [/^SCAN one VIRTUAL TABLE/, /json_each/],
  // Histories shorter than the index covers: only when fewer than 16 revisions are to be kept.
  [/^(SCAN entries|USE TEMP B-TREE)/, /"revision" - "entries"."oldest_revision" >= \?/],
];

test('no statement of reader or writer scans a table or sorts rows, but those that say why', () => {
  const seen = new Set<string>();
  const h = new Harness();
  h.run(write('a', [put('k', 'v')]));
  const connection = connectMemory(h.machine.serialize());
  const { sqlite } = connection;
  const prepare = sqlite.prepare.bind(sqlite);
  Object.defineProperty(sqlite, 'prepare', {
    value: (text: string) => {
      seen.add(text);
      return prepare(text);
    },
  });
  const reader = new SqliteStateReader(connection, { owned: true });
  prepareStatements(connection);

  const offending: string[] = [];
  const used = new Set<string>();
  for (const text of seen) {
    if (/^(BEGIN|COMMIT)/.test(text)) continue;
    const blanks = Array.from({ length: (text.match(/\?/g) ?? []).length }, () => 1);
    const plan = prepare(`EXPLAIN QUERY PLAN ${text}`).all(...blanks) as readonly { detail: string }[];
    for (const { detail } of plan) {
      for (const [, name] of detail.matchAll(/USING (?:COVERING )?INDEX (\w+)/g)) used.add(name ?? '');
      const scans = detail.startsWith('SCAN ') || detail.includes('TEMP B-TREE');
      const meant = SCANS.some(([what, statement]) => what.test(detail) && statement.test(text));
      if (scans && !meant) offending.push(`${detail}: ${text}`);
    }
  }
  expect(seen.size).toBeGreaterThan(50);
  expect(offending).toEqual([]);
  // Every index earns its keep.
  const indexes = prepare("SELECT name FROM sqlite_master WHERE type = 'index' ORDER BY name").pluck().all();
  expect([...used].toSorted()).toEqual(indexes);
  reader.close();
});
