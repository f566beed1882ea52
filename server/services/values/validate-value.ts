/** Whether a value is what its type says (spec 2, "Entry"). Pure; runs on the API's thread for small values, on another for large ones. */
import { Composer, Lexer, Parser, isScalar, visit } from 'yaml';
import type { CST, Document } from 'yaml';
import type { EntryType } from '../../../lib/contract/model.ts';
import { jsonFault } from './json-fault.ts';

/** Where and why a value is not valid; line and column count from 1. */
export interface ValueFault {
  readonly detail: string;
  readonly line: number;
  readonly column: number;
  readonly offset: number;
}

/** What is wrong with the value, or null. */
export function valueFault(type: EntryType, value: string): ValueFault | null {
  switch (type) {
    case 'text':
      return null;
    case 'json':
      return judgeJson(value);
    case 'yaml':
      return judgeYaml(value);
    case 'number':
      return judgeNumber(value);
    case 'boolean':
      return value === 'true' || value === 'false'
        ? null
        : at(value, 0, 'a boolean is true or false, in lower case and with nothing around it');
  }
}

function at(value: string, offset: number, detail: string): ValueFault {
  const before = value.slice(0, offset);
  const lastBreak = before.lastIndexOf('\n');
  let line = 1;
  for (let found = before.indexOf('\n'); found !== -1; found = before.indexOf('\n', found + 1)) line += 1;
  return { detail, line, column: offset - lastBreak, offset };
}

function judgeJson(value: string): ValueFault | null {
  try {
    JSON.parse(value);
    return null;
  } catch {
    const fault = jsonFault(value) ?? { offset: 0, detail: 'it is not JSON' };
    return at(value, fault.offset, fault.detail);
  }
}

const NUMBER = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$/;
/** As much of a text as can still become a number. */
const NUMBER_START = /^-?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]*)?(?:(?<=[0-9])[eE][+-]?[0-9]*)?)?/;

function judgeNumber(value: string): ValueFault | null {
  if (NUMBER.test(value)) return null;
  return at(
    value,
    NUMBER_START.exec(value)?.[0].length ?? 0,
    'a number is written as in JSON: -1, 0.5, 6e23; no spaces, no leading zero or plus',
  );
}

/** Far more than people write, and far less than the stack of any reader holds. */
const YAML_LEVELS_MAX = 100;
const COLLECTIONS: ReadonlySet<CST.Token['type']> = new Set(['block-map', 'block-seq', 'flow-collection']);

function judgeYaml(value: string): ValueFault | null {
  const tokens = parseYaml(value);
  if (!Array.isArray(tokens)) return tokens as ValueFault;
  // Its own check for equal keys compares each with each; ours is linear.
  const composer = new Composer({ uniqueKeys: false, prettyErrors: false, logLevel: 'silent', strict: true });
  for (const document of composer.compose(tokens)) {
    const [error] = document.errors;
    if (error !== undefined) return at(value, error.pos[0], error.message);
    const twice = duplicateKey(document);
    if (twice !== null) return at(value, twice.offset, `the key ${JSON.stringify(twice.key)} occurs twice in this map`);
  }
  return null;
}

/** The tokens of all documents; or, before anything could recurse into them, that they are nested too deeply. */
function parseYaml(value: string): readonly CST.Token[] | ValueFault {
  const parser = new Parser();
  const tokens: CST.Token[] = [];
  for (const lexeme of new Lexer().lex(value)) {
    for (const token of parser.next(lexeme)) tokens.push(token);
    if (parser.stack.length > YAML_LEVELS_MAX && parser.stack.filter(({ type }) => COLLECTIONS.has(type)).length > YAML_LEVELS_MAX)
      return at(value, Math.min(parser.offset, value.length), `it is nested too deeply: at most ${YAML_LEVELS_MAX} levels`);
  }
  for (const token of parser.end()) tokens.push(token);
  return tokens;
}

function duplicateKey(document: Document.Parsed): { readonly key: string; readonly offset: number } | null {
  let found: { key: string; offset: number } | null = null;
  visit(document, {
    Map(_, map) {
      const seen = new Set<string>();
      for (const { key } of map.items) {
        if (!isScalar(key) || key.value === '<<') continue;
        const name = `${typeof key.value} ${String(key.value)}`;
        if (!seen.has(name)) {
          seen.add(name);
          continue;
        }
        found = { key: String(key.value), offset: key.range?.[0] ?? 0 };
        return visit.BREAK;
      }
      return undefined;
    },
  });
  return found;
}
