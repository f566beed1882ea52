/**
 * Statements that drizzle writes and the driver runs. drizzle fills in placeholders by name and wraps every call, which costs
 * a put more than SQLite does; here the places are worked out once, when a statement is prepared (docs/adr/0016).
 */
import type { Database, RunResult, Statement } from 'better-sqlite3';
import { Param, Placeholder, type Query, getTableColumns, is } from 'drizzle-orm';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import { assert, InvariantError } from '../../lib/kernel/assert.ts';

export type SqlValue = string | number | null;
/** Values by the names of the placeholders. */
export type Values = Readonly<Record<string, SqlValue>>;

/** What a drizzle query builder can say of itself. */
interface Written {
  toSQL(): Query;
}

/** Where the value of one `?` comes from: a name, or a constant. */
interface Place {
  /** Null: a constant. */
  readonly name: string | null;
  readonly constant: SqlValue;
}

function placeOf(param: unknown): Place {
  if (is(param, Placeholder)) return { name: param.name, constant: null };
  // Columns of these tables are plain texts and numbers: what drizzle would encode is stored as it is.
  if (is(param, Param)) return placeOf(param.value);
  assert(param === null || typeof param === 'string' || typeof param === 'number', 'a constant of a statement is a text or a number');
  return { name: null, constant: param };
}

class Direct {
  protected readonly statement: Statement<SqlValue[]>;
  readonly #places: readonly Place[];

  constructor(sqlite: Database, written: Written) {
    const { sql, params } = written.toSQL();
    this.statement = sqlite.prepare(sql);
    this.#places = params.map(placeOf);
  }

  protected fill(values: Values): SqlValue[] {
    const places = this.#places;
    const filled: SqlValue[] = [];
    for (let at = 0; at < places.length; at += 1) {
      const { name, constant } = places[at] as Place;
      const value = name === null ? constant : values[name];
      if (value === undefined) throw new InvariantError(`a statement misses its value ${name}`);
      filled.push(value);
    }
    return filled;
  }
}

/** A statement that changes rows. */
export class DirectChange extends Direct {
  run(values: Values): RunResult {
    return this.statement.run(...this.fill(values));
  }
}

/** A query whose columns are the fields of its rows, in their order. */
export class DirectSelect<R extends object> extends Direct {
  readonly #names: readonly (keyof R & string)[];

  constructor(sqlite: Database, written: Written & { get(): R | undefined }, names: readonly (keyof R & string)[]) {
    super(sqlite, written);
    const columns = this.statement.columns().length;
    assert(columns === names.length, () => `a query of ${columns} columns has ${names.length} names: ${names.join(', ')}`);
    this.#names = names;
    this.statement.raw(true);
  }

  /** The first row, or undefined. */
  get(values: Values): R | undefined {
    const row = this.statement.get(...this.fill(values)) as readonly SqlValue[] | undefined;
    if (row === undefined) return undefined;
    const named: Record<string, SqlValue> = {};
    for (let at = 0; at < this.#names.length; at += 1) named[this.#names[at] as string] = row[at] as SqlValue;
    return named as R;
  }
}

/** The names of all columns of a table, in the order in which `select()` gives them. */
export function columnsOf<T extends SQLiteTable>(table: T): readonly (keyof T['$inferSelect'] & string)[] {
  return Object.keys(getTableColumns(table));
}
