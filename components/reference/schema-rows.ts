import type { Schema } from './openapi.ts';
import { refName } from './openapi.ts';

type Schemas = Readonly<Record<string, Schema>>;

/** One field of a schema, as a line. */
export interface SchemaRow {
  /** `operations[].key`. */
  readonly path: string;
  readonly depth: number;
  readonly name: string;
  readonly type: string;
  readonly required: boolean;
  readonly meaning: string;
}

/** Deeper than this nobody reads, and no schema of ours goes. */
const DEPTH_MAX = 5;
/** What zod says of a number that is only bound by what a number can be. */
const UNBOUND = Number.MAX_SAFE_INTEGER;

function resolve(schema: Schema, schemas: Schemas): Schema {
  const name = refName(schema);
  return name === null ? schema : { ...schemas[name], ...(schema.description === undefined ? {} : { description: schema.description }) };
}

/** Alternatives without "or null", and whether null is one. */
function alternatives(schema: Schema): { readonly choices: readonly Schema[]; readonly nullable: boolean } {
  const all = schema.anyOf ?? schema.oneOf ?? [];
  const choices = all.filter(({ type }) => type !== 'null');
  return { choices, nullable: choices.length < all.length };
}

/** The type of a schema in a few words: `string`, `Entry[]`, `"a" | "b"`, `integer or null`. */
export function typeText(schema: Schema, schemas: Schemas): string {
  const whole = resolve(schema, schemas);
  const { choices, nullable } = alternatives(whole);
  if (choices.length > 0)
    return [...new Set(choices.map((choice) => typeText(choice, schemas))), ...(nullable ? ['null'] : [])].join(' or ');
  if (whole.const !== undefined) return JSON.stringify(whole.const);
  if (whole.enum !== undefined) return whole.enum.map((value) => JSON.stringify(value)).join(' | ');
  if (whole.type === 'array') return `${wrapped(typeText(whole.items ?? {}, schemas))}[]`;
  const name = refName(schema);
  if (whole.type === 'object') return name ?? 'object';
  const type = Array.isArray(whole.type) ? whole.type.join(' or ') : String(whole.type ?? 'any');
  return whole.format === undefined ? type : `${type}, ${whole.format}`;
}

function wrapped(type: string): string {
  return / (?:or|\|) /.test(type) ? `(${type})` : type;
}

/** Bounds in words. */
function boundsText({ minimum, maximum, maxLength, maxItems }: Schema): string {
  const parts = [
    minimum !== undefined && Math.abs(minimum) < UNBOUND ? `at least ${minimum}` : '',
    maximum !== undefined && maximum < UNBOUND ? `at most ${maximum}` : '',
    maxLength === undefined ? '' : `at most ${maxLength} characters`,
    maxItems === undefined ? '' : `at most ${maxItems} items`,
  ];
  return parts.filter((part) => part !== '').join(', ');
}

/** The fields of a schema and of what lies in it, from top to bottom. */
export function schemaRows(schema: Schema, schemas: Schemas): readonly SchemaRow[] {
  const rows: SchemaRow[] = [];
  const walk = (part: Schema, path: string, depth: number, open: readonly string[]): void => {
    const name = refName(part);
    // A schema that contains itself is shown once.
    if (depth > DEPTH_MAX || (name !== null && open.includes(name))) return;
    const inside = name === null ? open : [...open, name];
    const whole = resolve(part, schemas);
    if (whole.type === 'array' && whole.items !== undefined) {
      walk(whole.items, `${path}[]`, depth, inside);
      return;
    }
    for (const choice of alternatives(whole).choices) walk(choice, path, depth, inside);
    for (const [field, value] of Object.entries(whole.properties ?? {})) {
      const at = path === '' ? field : `${path}.${field}`;
      // The same field of several alternatives is one line.
      if (rows.some((row) => row.path === at)) continue;
      const shown = resolve(value, schemas);
      rows.push({
        path: at,
        depth,
        name: field,
        type: typeText(value, schemas),
        required: whole.required?.includes(field) ?? false,
        meaning: [shown.description ?? '', boundsText(shown)].filter((text) => text !== '').join('; '),
      });
      walk(value, at, depth + 1, inside);
    }
  };
  walk(schema, '', 0, []);
  return rows;
}

/** A value that fits a schema: what must be there, from its examples where it has some. */
export function exampleOf(schema: Schema, schemas: Schemas, depth = 0): unknown {
  const whole = resolve(schema, schemas);
  if (whole.examples?.[0] !== undefined) return whole.examples[0];
  if (whole.const !== undefined) return whole.const;
  if (whole.enum !== undefined) return whole.enum[0];
  const [first] = alternatives(whole).choices;
  if (first !== undefined) return exampleOf(first, schemas, depth);
  if (whole.type === 'array') return depth > DEPTH_MAX ? [] : [exampleOf(whole.items ?? {}, schemas, depth + 1)];
  if (whole.type === 'object') {
    const needed = (whole.required ?? []).filter((field) => whole.properties?.[field] !== undefined);
    return Object.fromEntries(needed.map((field) => [field, exampleOf(whole.properties?.[field] ?? {}, schemas, depth + 1)]));
  }
  if (whole.type === 'integer' || whole.type === 'number') return Math.max(1, whole.minimum ?? 1);
  if (whole.type === 'boolean') return true;
  return '';
}
