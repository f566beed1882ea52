/** What a setting is: one row of a table from which flags, variables, file fields, help and checks all follow. */
import { NotationError } from './units.ts';

/** Reads the notation of a setting. @throws NotationError */
export type Parse<T> = (text: string) => T;

export interface Setting<T> {
  /** `switch`: a flag without a value, also as `--no-<name>`. `list`: may be repeated, or hold commas. */
  readonly shape: 'value' | 'switch' | 'list';
  /** What stands for the value in help texts: `HOST:PORT`. */
  readonly placeholder: string;
  /** Parses the text of a flag, a variable or a field; all three hold the same notation. */
  readonly parse: Parse<T>;
  /** The value when nobody sets it. */
  readonly fallback: T;
  /** The value as the same notation, for printing. */
  format(value: T): string;
  /** One sentence for help texts and the reference. */
  readonly doc: string;
  /** Masked whenever it is printed, and also readable from a file named by `<name>-file`. */
  readonly secret: boolean;
}

/** A table of settings by name, kebab-case: `peer-listen` is `--peer-listen`, `CONFMAN_PEER_LISTEN` and the field `peer-listen`. */
export type SettingTable = Readonly<Record<string, Setting<unknown>>>;

/** The parsed values of a table. */
export type Values<T> = { readonly [K in keyof T]: T[K] extends Setting<infer V> ? V : never };

interface Row<T> {
  readonly placeholder: string;
  readonly parse: Parse<T>;
  readonly fallback: NoInfer<T>;
  readonly format?: ((value: T) => string) | undefined;
  readonly doc: string;
  readonly secret?: boolean | undefined;
}

export function value<T>(row: Row<T>): Setting<T> {
  return { ...row, shape: 'value', secret: row.secret ?? false, format: row.format ?? String };
}

/** A setting that may be absent: null then. */
export function optional<T>(row: Omit<Row<T>, 'fallback'>): Setting<T | null> {
  const format = row.format ?? String;
  return { ...row, shape: 'value', secret: row.secret ?? false, fallback: null, format: (given) => (given === null ? '' : format(given)) };
}

export function switched(row: { readonly fallback: boolean; readonly doc: string }): Setting<boolean> {
  return { ...row, shape: 'switch', placeholder: '', secret: false, parse: parseSwitch, format: String };
}

function parseSwitch(text: string): boolean {
  if (text === 'true' || text === '1') return true;
  if (text === 'false' || text === '0') return false;
  throw new NotationError('expected true or false');
}

/** Elements separated by commas; empty elements are refused by the element's parser. */
export function list<T>(row: {
  readonly placeholder: string;
  readonly element: Parse<T>;
  readonly formatElement?: ((value: T) => string) | undefined;
  readonly fallback: readonly T[];
  readonly doc: string;
}): Setting<readonly T[]> {
  const formatElement = row.formatElement ?? String;
  return {
    shape: 'list',
    placeholder: row.placeholder,
    parse: (text) => text.split(',').map((element) => row.element(element.trim())),
    fallback: row.fallback,
    format: (elements) => elements.map((element) => formatElement(element)).join(','),
    doc: row.doc,
    secret: false,
  };
}

/** A setting that takes one of a few words. */
export function choice<const W extends string>(row: {
  readonly words: readonly W[];
  readonly fallback: NoInfer<W>;
  readonly doc: string;
}): Setting<W> {
  return value({ placeholder: row.words.join('|'), parse: oneOf(row.words), fallback: row.fallback, doc: row.doc });
}

/** Accepts one of a few words. */
export function oneOf<const W extends string>(words: readonly W[]): Parse<W> {
  return (text) => {
    const found = words.find((word) => word === text);
    if (found === undefined) throw new NotationError(`expected one of ${words.join(', ')}`);
    return found;
  };
}

/** Accepts a whole number within bounds, inclusive. */
export function whole(min: number, max: number): Parse<number> {
  return (text) => {
    const number = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (!(number >= min && number <= max)) throw new NotationError(`expected a whole number from ${min} to ${max}`);
    return number;
  };
}

/** Accepts any text that is not empty. */
export function nonEmpty(text: string): string {
  if (text === '') throw new NotationError('must not be empty');
  return text;
}
