/**
 * Names of entries as names of files.
 *
 * A key is its file's name wherever a file system can hold it. Where it cannot, the name is escaped: `%` becomes `%25` and `/` becomes
 * `%2F`; a name that is still longer than 255 bytes is cut, and `%~` with 16 hex digits of the key's SHA-256 follows. Escaped files
 * are listed with their keys in the manifest, so import never has to guess, and a file that merely looks escaped stays what it is.
 */
import { createHash } from 'node:crypto';

/** What export keeps beside the entries, at the top of the tree. */
export const MANIFEST_NAME = '.confman.json';

const nameBytesMax = 255;

/** The file name of a key. `atTop`: in the folder of the manifest, whose name is taken. */
export function fileNameOf(key: string, atTop: boolean): string {
  if (!key.includes('/') && Buffer.byteLength(key) <= nameBytesMax && !(atTop && key === MANIFEST_NAME)) return key;
  const escaped = key.replaceAll('%', '%25').replaceAll('/', '%2F');
  const safe = atTop && escaped === MANIFEST_NAME ? `%2E${MANIFEST_NAME.slice(1)}` : escaped;
  if (Buffer.byteLength(safe) <= nameBytesMax) return safe;
  const hash = createHash('sha256').update(key).digest('hex').slice(0, 16);
  return `${cut(safe, nameBytesMax - hash.length - 2)}%~${hash}`;
}

/** The longest start of a text within so many bytes of UTF-8, never half a character. */
function cut(text: string, bytesMax: number): string {
  let bytes = 0;
  let kept = '';
  for (const character of text) {
    bytes += Buffer.byteLength(character);
    if (bytes > bytesMax) break;
    kept += character;
  }
  return kept;
}

/** How a file system that ignores case, or spells accents its own way, sees a path. */
export function foldedPath(path: string): string {
  return path.normalize('NFC').toLowerCase().normalize('NFC');
}
