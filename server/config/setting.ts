/** What a setting is: one row of a table from which flags, variables, file fields, help and checks all follow. */
import { z } from 'zod';
import { NotationError } from './units.ts';

export interface Setting<T> {
  /** `switch`: a flag without a value, also as `--no-<name>`. `list`: may be repeated, or hold commas. */
  readonly shape: 'value' | 'switch' | 'list';
  /** What stands for the value in help texts: `HOST:PORT`. */
  readonly placeholder: string;
  /** Parses the text of a flag, a variable or a field; all three hold the same notation. */
  readonly schema: z.ZodType<T, string>;
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

/** A schema from a parser that throws `NotationError`. */
export function notation<T>(parse: (text: string) => T): z.ZodType<T, string> {
  return z.string().transform((text, context) => {
    try {
      return parse(text);
    } catch (cause) {
      if (!(cause instanceof NotationError)) throw cause;
      context.addIssue({ code: 'custom', message: cause.message, input: text });
      return z.NEVER;
    }
  });
}

interface Row<T> {
  readonly placeholder: string;
  readonly schema: z.ZodType<T, string>;
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
  const schema = z.enum(['true', 'false', '1', '0'], 'expected true or false').transform((text) => text === 'true' || text === '1');
  return { shape: 'switch', placeholder: '', secret: false, schema, format: String, ...row };
}

/** Elements separated by commas; empty elements are refused by the element's parser. */
export function list<T>(row: { readonly placeholder: string; readonly element: (text: string) => T; readonly formatElement?: ((value: T) => string) | undefined; readonly fallback: readonly T[]; readonly doc: string }): Setting<readonly T[]> {
  const formatElement = row.formatElement ?? String;
  return {
    shape: 'list',
    placeholder: row.placeholder,
    schema: notation((text) => text.split(',').map((element) => row.element(element.trim()))),
    fallback: row.fallback,
    format: (elements) => elements.map((element) => formatElement(element)).join(','),
    doc: row.doc,
    secret: false,
  };
}

/** A setting that takes one of a few words. */
export function choice<const W extends string>(row: { readonly words: readonly W[]; readonly fallback: NoInfer<W>; readonly doc: string }): Setting<W> {
  return { shape: 'value', placeholder: row.words.join('|'), schema: word(row.words), fallback: row.fallback, format: String, doc: row.doc, secret: false };
}

/** A schema that accepts one of a few words. */
export function word<const W extends string>(words: readonly W[]): z.ZodType<W, string> {
  return notation((text) => {
    const found = words.find((one) => one === text);
    if (found === undefined) throw new NotationError(`expected one of ${words.join(', ')}`);
    return found;
  });
}

/** A whole number within bounds, inclusive. */
export function whole(min: number, max: number): z.ZodType<number, string> {
  return notation((text) => {
    const number = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (!(number >= min && number <= max)) throw new NotationError(`expected a whole number from ${min} to ${max}`);
    return number;
  });
}

/** Non-empty text. */
export const words: z.ZodType<string, string> = z.string().min(1, 'must not be empty');
