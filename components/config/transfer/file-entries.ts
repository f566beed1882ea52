import type { EntryType } from '../../../lib/contract/model.ts';
import { checkValue } from '../../entry/check-value.ts';
import type { ParsedEntry } from './parse-import.ts';

/** A file that was chosen or dropped. */
export interface TextFile {
  /** With its folders, as far as the browser tells. */
  readonly path: string;
  /** Null: it is not text, that is, not UTF-8. */
  readonly text: string | null;
}

const typeByEnding: Readonly<Record<string, EntryType>> = { json: 'json', yaml: 'yaml', yml: 'yaml' };

/** An entry per file: its path is the key, its ending the type where the content keeps the promise. */
export async function fileEntries(files: readonly TextFile[]): Promise<readonly ParsedEntry[]> {
  const entries: ParsedEntry[] = [];
  for (const { path, text } of files) {
    if (text === null) {
      entries.push({ key: path.normalize('NFC'), value: '', type: 'text', fault: 'it is not text in UTF-8' });
      continue;
    }
    const promised = typeByEnding[path.slice(path.lastIndexOf('.') + 1).toLowerCase()] ?? 'text';
    const type = (await checkValue(promised, text)) === null ? promised : 'text';
    entries.push({ key: path.normalize('NFC'), value: text, type });
  }
  return entries;
}

/** The text of a file to the letter, a byte order mark included; null where it is none. */
export function decodeText(bytes: ArrayBuffer): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}
