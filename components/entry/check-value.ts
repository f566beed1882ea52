import type { EntryType } from '../../lib/contract/model.ts';
import { findJsonFault } from './json-fault.ts';

/** What is wrong with a value for its type, and where. Lines and columns from 1, offsets from 0. */
export interface ValueFault {
  readonly line: number;
  readonly column: number;
  readonly offset: number;
  readonly message: string;
}

const NUMBER = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$/;

/**
 * Judges a value while it is typed. The node judges again when it is saved, and its word counts.
 * The YAML parser is loaded when it is first needed.
 */
export async function checkValue(type: EntryType, value: string): Promise<ValueFault | null> {
  switch (type) {
    case 'text':
      return null;
    case 'number':
      return NUMBER.test(value) ? null : faultAt(value, 0, 'a number is written as in JSON, for example 10, -0.5 or 1e3, and nothing else');
    case 'boolean':
      return value === 'true' || value === 'false' ? null : faultAt(value, 0, 'a boolean is true or false, and nothing else');
    case 'json':
      return checkJson(value);
    case 'yaml':
      return checkYaml(value);
  }
}

function checkJson(value: string): ValueFault | null {
  const fault = findJsonFault(value);
  return fault === null ? null : faultAt(value, fault.offset, fault.message);
}

async function checkYaml(value: string): Promise<ValueFault | null> {
  const { parseAllDocuments } = await import('yaml');
  const documents = parseAllDocuments(value, { prettyErrors: false });
  if (!Array.isArray(documents)) return null;
  for (const document of documents) {
    const error = document.errors[0];
    if (error !== undefined) return faultAt(value, error.pos[0], error.message);
  }
  return null;
}

function faultAt(value: string, offset: number, message: string): ValueFault {
  const at = Math.max(0, Math.min(offset, value.length));
  const before = value.slice(0, at);
  const line = before.split('\n').length;
  return { line, column: at - before.lastIndexOf('\n'), offset: at, message };
}

/** The value in the usual layout of its type; null where there is none, or where it cannot be read. */
export async function formatValue(type: EntryType, value: string): Promise<string | null> {
  try {
    // Parsing and printing would round long numbers, so such a document keeps its own layout.
    if (type === 'json') return losesDigits(value) ? null : `${JSON.stringify(JSON.parse(value), null, 2)}\n`;
    if (type === 'yaml') {
      const { parseAllDocuments } = await import('yaml');
      const documents = parseAllDocuments(value);
      return Array.isArray(documents) && documents.every(({ errors }) => errors.length === 0)
        ? documents.map((document) => document.toString()).join('')
        : null;
    }
    return null;
  } catch {
    return null;
  }
}

function losesDigits(json: string): boolean {
  return (json.match(/-?\d[\d.eE+-]*/g) ?? []).some((number) => number.replaceAll(/[^\d]/g, '').length > 15);
}
