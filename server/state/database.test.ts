import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkSqliteVersion, connectReader, connectWriter } from './database.ts';
import { StateFormatError } from './errors.ts';
import { inTempDir } from './testing/harness.ts';

describe('connections', () => {
  test('have their safety settings at every opening, the second included', () => {
    inTempDir((dir) => {
      const path = join(dir, 'state.db');
      for (let opening = 0; opening < 2; opening++) {
        const { sqlite } = connectWriter(path);
        sqlite.exec(`CREATE TABLE t${opening} (id INTEGER)`);
        const settings = ['journal_mode', 'synchronous', 'wal_autocheckpoint', 'busy_timeout'].map((name) =>
          sqlite.pragma(name, { simple: true }),
        );
        expect(settings).toEqual(['wal', 1, 0, 1000]);
        sqlite.close();
      }
    });
  });

  test('cannot write when they are for reading', () => {
    inTempDir((dir) => {
      const path = join(dir, 'state.db');
      const writer = connectWriter(path);
      writer.sqlite.exec('CREATE TABLE t (id INTEGER)');
      const reader = connectReader(path);
      expect(reader.sqlite.pragma('query_only', { simple: true })).toBe(1);
      expect(() => reader.sqlite.exec('INSERT INTO t VALUES (1)')).toThrow(/readonly/);
      reader.sqlite.close();
      writer.sqlite.close();
      expect(() => connectReader(join(dir, 'absent.db'))).toThrow(/unable to open/);
    });
  });

  test('refuse a SQLite that can damage a database in WAL mode', () => {
    for (const good of ['3.51.3', '3.51.10', '3.53.2', '4.0.0']) expect(() => checkSqliteVersion(good)).not.toThrow();
    for (const bad of ['3.51.2', '3.50.9', '3.7.0', '2.99.99']) expect(() => checkSqliteVersion(bad)).toThrow(StateFormatError);
  });
});
