import { join } from 'node:path';
import Database from 'better-sqlite3';
import { getTableConfig } from 'drizzle-orm/sqlite-core';
import { describe, expect, test } from 'vitest';
import { connectMemory } from './database.ts';
import { DDL, FORMAT, checkFormat, createTables, isBlank, migrate } from './ddl.ts';
import { StateFormatError } from './errors.ts';
import * as schema from './schema.ts';
import { SqliteStateMachine } from './sqlite-state-machine.ts';
import { SqliteStateReader } from './sqlite-state-reader.ts';
import { createFormat1 } from './testing/format-1.ts';
import { GENESIS, inTempDir } from './testing/harness.ts';

const TABLES = [
  schema.meta,
  schema.cluster,
  schema.lineages,
  schema.terms,
  schema.namespaces,
  schema.entries,
  schema.revisions,
  schema.audit,
  schema.apiKeys,
  schema.idempotency,
  schema.moves,
  schema.registry,
  schema.ledger,
  schema.archives,
  schema.archivedEvents,
];

interface ColumnInfo {
  readonly name: string;
  readonly type: string;
  readonly notnull: number;
  readonly pk: number;
}

describe('the statements that create the tables', () => {
  const { sqlite } = connectMemory();
  createTables(sqlite);

  test('make the very tables that drizzle is told of', () => {
    const made = sqlite.prepare("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").pluck().all();
    expect(made).toEqual(TABLES.map((table) => getTableConfig(table).name).toSorted());
    for (const table of TABLES) {
      const { name, columns } = getTableConfig(table);
      const found = sqlite.pragma(`table_info(${name})`) as readonly ColumnInfo[];
      expect(
        found.map(({ name: column, type, notnull, pk }) => ({ column, type, notNull: notnull === 1 || pk === 1, primary: pk === 1 })),
      ).toEqual(
        columns.map((column) => ({
          column: column.name,
          type: column.getSQLType().toUpperCase(),
          notNull: column.notNull,
          primary: column.primary,
        })),
      );
    }
  });

  test('make the very indexes that drizzle is told of', () => {
    for (const table of TABLES) {
      const { name, indexes } = getTableConfig(table);
      const found = sqlite.pragma(`index_list(${name})`) as readonly { name: string; unique: number; partial: number }[];
      const key = (one: { name: string }): string => one.name;
      expect(
        found
          .map((one) => ({ name: one.name, unique: one.unique === 1, partial: one.partial === 1 }))
          .toSorted((a, b) => (key(a) < key(b) ? -1 : 1)),
      ).toEqual(
        indexes
          .map(({ config }) => ({ name: config.name, unique: config.unique, partial: config.where !== undefined }))
          .toSorted((a, b) => (key(a) < key(b) ? -1 : 1)),
      );
      for (const { config } of indexes) {
        const columns = (sqlite.pragma(`index_info(${config.name})`) as readonly { name: string | null }[]).map((one) => one.name);
        expect(columns).toEqual(config.columns.map((column) => ('name' in column ? column.name : null)));
      }
    }
  });

  test('keep row ids, because values in WITHOUT ROWID tables are slow to read', () => {
    expect(DDL.filter((statement) => /WITHOUT ROWID/i.test(statement))).toEqual([]);
    expect(DDL.filter((statement) => statement.startsWith('CREATE TABLE')).every((statement) => statement.endsWith('STRICT'))).toBe(true);
  });
});

describe('versions of the format', () => {
  test('lead from the first to the very tables that are created now, with what was in them', () => {
    const { sqlite } = connectMemory();
    createFormat1(sqlite);
    sqlite.exec("INSERT INTO entries VALUES (1, 'a', 'k', 2, 1, 2, 'text', 0, 5, 1, 9)");
    sqlite.exec("INSERT INTO idempotency VALUES (1, 's', 'q', 1, 9, 5, '{}')");
    migrate(sqlite);
    const now = connectMemory().sqlite;
    createTables(now);
    for (const table of TABLES) {
      const info = `table_info(${getTableConfig(table).name})`;
      expect(sqlite.pragma(info)).toEqual(now.pragma(info));
    }
    const names = 'SELECT name FROM sqlite_master ORDER BY name';
    expect(sqlite.prepare(names).pluck().all()).toEqual(now.prepare(names).pluck().all());
    expect(sqlite.prepare('SELECT key, position_index, origin FROM entries').raw().get()).toEqual(['k', 9, null]);
    expect(sqlite.prepare('SELECT scope, namespace FROM idempotency').raw().get()).toEqual(['s', null]);
  });

  test('are carried forward step by step when a later program opens an older state', () => {
    const { sqlite } = connectMemory();
    createTables(sqlite);
    const steps = new Map([
      [FORMAT, ['ALTER TABLE meta ADD COLUMN extra INTEGER NOT NULL DEFAULT 5']],
      [FORMAT + 1, ['UPDATE meta SET extra = 6', 'CREATE TABLE more (id INTEGER PRIMARY KEY) STRICT']],
    ]);
    sqlite.exec('INSERT INTO meta VALUES (1, 0, 0, NULL, NULL, NULL, 1, 0, 0, 0, 0)');
    migrate(sqlite, steps, FORMAT + 2);
    expect(checkFormat(sqlite, FORMAT + 2)).toBe(FORMAT + 2);
    expect(sqlite.prepare('SELECT extra FROM meta').pluck().get()).toBe(6);
  });

  test('stay at the last whole step when one fails, and say what is missing when no way is known', () => {
    const { sqlite } = connectMemory();
    createTables(sqlite);
    const steps = new Map([
      [FORMAT, ['CREATE TABLE one (id INTEGER PRIMARY KEY)']],
      [FORMAT + 1, ['CREATE TABLE two (id INTEGER PRIMARY KEY)', 'broken']],
    ]);
    expect(() => migrate(sqlite, steps, FORMAT + 2)).toThrow(/syntax error/);
    expect(checkFormat(sqlite, FORMAT + 2)).toBe(FORMAT + 1);
    expect(sqlite.prepare("SELECT count(*) FROM sqlite_master WHERE name = 'two'").pluck().get()).toBe(0);
    expect(() => migrate(sqlite, new Map(), FORMAT + 2)).toThrow(StateFormatError);
  });

  test('are refused when newer than this program, by writer and reader', () => {
    inTempDir((dir) => {
      const path = join(dir, 'state.db');
      SqliteStateMachine.open(path, { create: GENESIS }).close();
      const raw = new Database(path);
      raw.pragma(`user_version = ${FORMAT + 1}`);
      raw.close();
      expect(() => SqliteStateMachine.open(path)).toThrow(/start a newer version/);
      expect(() => SqliteStateMachine.open(path, { create: GENESIS })).toThrow(StateFormatError);
      expect(() => SqliteStateReader.open(path)).toThrow(StateFormatError);
    });
  });

  test("are refused when the file is another program's", () => {
    inTempDir((dir) => {
      const path = join(dir, 'other.db');
      const raw = new Database(path);
      raw.exec('CREATE TABLE t (id INTEGER)');
      expect(isBlank(raw)).toBe(false);
      raw.close();
      expect(() => SqliteStateMachine.open(path, { create: GENESIS })).toThrow(/not the state of a Confman group/);
    });
  });
});
