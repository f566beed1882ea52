import type { ParsedEntry, TransferFormat } from './parse-import.ts';
import { DOCUMENT_MARK, ENV_MARK } from './parse-import.ts';

/** Form of the document, for readers to come. */
const FORM = 1;

/** A document with these entries, which `parseDocument` reads back to the letter. */
export async function writeExport(format: TransferFormat, namespace: string, entries: readonly ParsedEntry[]): Promise<string> {
  const content = {
    [DOCUMENT_MARK]: FORM,
    namespace,
    entries: entries.map(({ key, type, value }) => ({ key, type, value })),
  };
  if (format === 'json') return `${JSON.stringify(content, null, 2)}\n`;
  if (format === 'yaml') return (await import('yaml')).stringify(content, { lineWidth: 0 });
  return entries.map(variable).join('');
}

/** `db/url` becomes `DB_URL`, and a line before says what it was. */
function variable({ key, type, value }: ParsedEntry): string {
  const plain = /^[A-Za-z_]\w*$/.test(key);
  const name = plain
    ? key
    : key
        .toUpperCase()
        .replaceAll(/[^A-Z0-9_]/g, '_')
        .replace(/^(?=\d)/, '_');
  const mark = plain && type === 'text' ? '' : `${ENV_MARK}${JSON.stringify({ key, type })}\n`;
  const quoted = value
    .replaceAll('\\', '\\\\')
    .replaceAll('"', '\\"')
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
    .replaceAll('$', '\\$');
  return `${mark}${name}="${quoted}"\n`;
}

/** A file name for an export: `shop-prod.yaml`. */
export function exportName(namespace: string, format: TransferFormat): string {
  return `${namespace.replaceAll('/', '-')}.${format}`;
}
