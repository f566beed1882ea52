import type { EntryType } from '../../../lib/contract/model.ts';

export const TRANSFER_FORMATS = ['json', 'yaml', 'env'] as const;
export type TransferFormat = (typeof TRANSFER_FORMATS)[number];

/** An entry as a document brings it. */
export interface ParsedEntry {
  readonly key: string;
  readonly value: string;
  readonly type: EntryType;
  /** Why it cannot be an entry, known before it is looked at. */
  readonly fault?: string | undefined;
}

export type Parsed =
  | { readonly kind: 'entries'; readonly entries: readonly ParsedEntry[] }
  /** The document as a whole cannot be read. */
  | { readonly kind: 'fault'; readonly message: string };

/** Documents that an export has written name their form, so that values and types come back to the letter. */
export const DOCUMENT_MARK = 'confman';

/** Before a variable of a .env file whose name or type does not say it all. */
export const ENV_MARK = '# confman: ';

/** Which form a document has, by its name; null where the name does not tell. */
export function formatOfName(name: string): TransferFormat | null {
  if (/\.json$/i.test(name)) return 'json';
  if (/\.ya?ml$/i.test(name)) return 'yaml';
  return /(?:^|\/)[^/]*\.env$|(?:^|\/)\.env[^/]*$/i.test(name) ? 'env' : null;
}

/**
 * Entries of a document: what an export has written, or a plain map of keys to values, whose values keep their kind (an object
 * becomes JSON, in a YAML document YAML).
 */
export async function parseDocument(format: TransferFormat, text: string): Promise<Parsed> {
  try {
    if (format === 'env') return { kind: 'entries', entries: parseEnv(text) };
    if (format === 'json') return await fromContent(JSON.parse(text), format, async (value) => JSON.stringify(value, null, 2));
    const { parse, stringify } = await import('yaml');
    return await fromContent(parse(text), format, async (value) => stringify(value));
  } catch (error) {
    return { kind: 'fault', message: error instanceof Error ? error.message : String(error) };
  }
}

async function fromContent(content: unknown, format: 'json' | 'yaml', write: (value: unknown) => Promise<string>): Promise<Parsed> {
  if (typeof content !== 'object' || content === null || Array.isArray(content)) {
    return { kind: 'fault', message: 'it must be a map of keys to values, or what an export has written' };
  }
  if (DOCUMENT_MARK in content && 'entries' in content && Array.isArray(content.entries)) return fromExport(content.entries);
  const entries: ParsedEntry[] = [];
  for (const [key, value] of Object.entries(content)) {
    if (typeof value === 'string') entries.push({ key, value, type: 'text' });
    else if (typeof value === 'number' && Number.isFinite(value)) entries.push({ key, value: JSON.stringify(value), type: 'number' });
    else if (typeof value === 'boolean') entries.push({ key, value: String(value), type: 'boolean' });
    else entries.push({ key, value: await write(value), type: format });
  }
  return { kind: 'entries', entries };
}

function fromExport(items: readonly unknown[]): Parsed {
  const entries: ParsedEntry[] = [];
  for (const [at, item] of items.entries()) {
    if (!isEntry(item)) return { kind: 'fault', message: `entry ${at + 1} needs a key, a value and a type, all of them text` };
    entries.push({ key: item.key, value: item.value, type: item.type });
  }
  return { kind: 'entries', entries };
}

const types: readonly string[] = ['text', 'json', 'yaml', 'number', 'boolean'] satisfies readonly EntryType[];

function isEntry(item: unknown): item is ParsedEntry {
  if (typeof item !== 'object' || item === null) return false;
  const { key, value, type } = item as Partial<Record<keyof ParsedEntry, unknown>>;
  return typeof key === 'string' && typeof value === 'string' && typeof type === 'string' && types.includes(type);
}

const VARIABLE = /^\s*(?:export\s+)?([A-Za-z_][\w.\-/]*)\s*=\s*/;

function parseEnv(text: string): readonly ParsedEntry[] {
  const entries: ParsedEntry[] = [];
  let said: { readonly key?: unknown; readonly type?: unknown } = {};
  let rest = text.replaceAll('\r\n', '\n');
  let line = 1;
  while (rest !== '') {
    const end = rest.indexOf('\n') === -1 ? rest.length : rest.indexOf('\n');
    const first = rest.slice(0, end);
    if (first.startsWith(ENV_MARK)) said = JSON.parse(first.slice(ENV_MARK.length)) as typeof said;
    let used = end;
    if (first.trim() !== '' && !first.trimStart().startsWith('#')) {
      const match = VARIABLE.exec(first);
      if (match === null) throw new Error(`line ${line} is not NAME=value`);
      const start = match[0].length;
      const { value, length } = envValue(rest.slice(start), line);
      used = start + length;
      const type = typeof said.type === 'string' && types.includes(said.type) ? (said.type as EntryType) : 'text';
      entries.push({ key: typeof said.key === 'string' ? said.key : (match[1] ?? ''), value, type });
      said = {};
    }
    line += rest.slice(0, used + 1).split('\n').length - 1;
    rest = rest.slice(used + 1);
  }
  return entries;
}

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };

/** The value that stands at the start of a text, and how much of the text it takes, up to its line's end. */
function envValue(text: string, line: number): { readonly value: string; readonly length: number } {
  const quote = text[0];
  const lineEnd = (from: number): number => {
    const at = text.indexOf('\n', from);
    return at === -1 ? text.length : at;
  };
  if (quote !== '"' && quote !== "'") {
    const end = lineEnd(0);
    return {
      value: text
        .slice(0, end)
        .replace(/\s+#.*$/, '')
        .trim(),
      length: end,
    };
  }
  const closed = quote === '"' ? /^"((?:[^"\\]|\\[^])*)"/.exec(text) : /^'([^']*)'/.exec(text);
  if (closed === null) throw new Error(`the quote of line ${line} is not closed`);
  const inner = closed[1] ?? '';
  const value = quote === '"' ? inner.replaceAll(/\\([^])/g, (_, letter: string) => escapes[letter] ?? letter) : inner;
  return { value, length: lineEnd(closed[0].length) };
}
