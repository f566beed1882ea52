/** The type of a file's content: what its name promises, as far as the content keeps it. */
import { parseAllDocuments } from 'yaml';
import { typeOfName } from './manifest.ts';
import type { EntryType } from '../../../lib/contract/model.ts';

export interface InferredType {
  readonly type: EntryType;
  /** Why it is not what the name promises. */
  readonly note: string | null;
}

/** Telling equal keys of a map apart takes time that grows with its square; beyond this size the node's own check decides. */
const uniqueKeysCharsMax = 64 * 1024;

export function inferType(name: string, value: string): InferredType {
  const promised = typeOfName(name);
  const fault = promised === 'json' ? jsonFault(value) : promised === 'yaml' ? yamlFault(value) : null;
  return fault === null
    ? { type: promised, note: null }
    : { type: 'text', note: `not valid ${promised} (${fault}), so it is kept as text` };
}

function jsonFault(value: string): string | null {
  try {
    JSON.parse(value);
    return null;
  } catch (error) {
    return firstLine(error);
  }
}

function yamlFault(value: string): string | null {
  try {
    const documents = parseAllDocuments(value, {
      uniqueKeys: value.length <= uniqueKeysCharsMax,
      prettyErrors: false,
      logLevel: 'silent',
      strict: true,
    });
    if (!Array.isArray(documents)) return null;
    const [error] = documents.flatMap((document) => document.errors);
    return error === undefined ? null : firstLine(error);
  } catch (error) {
    return firstLine(error);
  }
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
}
