/** Finds the files of a tree and says which entry each one is to be. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { readFileIfAny } from '../../../lib/client/node/atomic-file.ts';
import { keyFault, namespaceFault } from '../../../lib/contract/names.ts';
import { VALUE_BYTES_HARD_MAX } from '../../../lib/contract/schemas/common.ts';
import { MANIFEST_NAME } from './file-name.ts';
import { parseManifest } from './manifest.ts';
import type { Dirent } from 'node:fs';
import type { EntryType } from '../../../lib/contract/model.ts';
import type { Manifest } from './manifest.ts';

export interface FoundFile {
  /** Path within the tree, with `/`. */
  readonly path: string;
  readonly namespace: string;
  readonly key: string;
  /** The type that the manifest names. */
  readonly type: EntryType | null;
}

export interface Refused {
  readonly path: string;
  readonly reason: string;
}

export interface Scan {
  readonly files: readonly FoundFile[];
  readonly refused: readonly Refused[];
}

export interface ScanOptions {
  /** For files at the top; null refuses them. */
  readonly topNamespace: string | null;
  /** Put in front of the namespaces of folders. */
  readonly prefix: string | null;
}

/** @throws Error when the folder itself cannot be read */
export function scanTree(root: string, options: ScanOptions): Scan {
  const files: FoundFile[] = [];
  const refused: Refused[] = [];
  const manifestText = readFileIfAny(join(root, MANIFEST_NAME));
  const manifest = manifestText === null ? null : parseManifest(manifestText);
  if (manifestText !== null && manifest === null)
    refused.push({ path: MANIFEST_NAME, reason: 'this name is kept for what confman export writes, and the file is not that' });

  const walk = (directory: string): void => {
    for (const item of readDirectory(join(root, directory))) {
      const name = item.name.toString('utf8');
      const path = directory === '' ? name : `${directory}/${name}`;
      if (path === MANIFEST_NAME) continue;
      const odd = oddKind(item, name);
      if (odd !== null) refused.push({ path, reason: odd });
      else if (item.isDirectory()) walkInto(path, walk, refused);
      else {
        const placed = place(path, options, manifest);
        if ('file' in placed) files.push(placed.file);
        else refused.push(placed.refused);
      }
    }
  };
  walk('');
  return { files, refused };
}

/** Names as bytes: the file system holds them so, and not all of them are text. */
function readDirectory(directory: string): readonly Dirent<Buffer>[] {
  return readdirSync(directory, { withFileTypes: true, encoding: 'buffer' }).toSorted((a, b) => Buffer.compare(a.name, b.name));
}

function oddKind(item: Dirent<Buffer>, name: string): string | null {
  if (!Buffer.from(name).equals(item.name)) return 'its name is not UTF-8';
  if (item.isSymbolicLink()) return 'it is a symbolic link, which is not followed';
  return item.isFile() || item.isDirectory() ? null : 'it is neither a file nor a folder';
}

function walkInto(path: string, walk: (directory: string) => void, refused: Refused[]): void {
  try {
    walk(path);
  } catch (error) {
    refused.push({ path, reason: `the folder cannot be read: ${error instanceof Error ? error.message : String(error)}` });
  }
}

/** The entry that a file is to be, or why it cannot be one. */
function place(
  path: string,
  options: ScanOptions,
  manifest: Manifest | null,
): { readonly file: FoundFile } | { readonly refused: Refused } {
  const slash = path.lastIndexOf('/');
  const directory = path.slice(0, Math.max(0, slash));
  const listed = manifest?.files[path];
  const key = listed?.key ?? path.slice(slash + 1);
  const namespace = directory === '' ? options.topNamespace : options.prefix === null ? directory : `${options.prefix}/${directory}`;
  if (namespace === null) {
    return { refused: { path, reason: 'it lies at the top of the tree, in no folder that could name its namespace: give --namespace' } };
  }
  const reason = namespaceFault(namespace) ?? keyFault(key);
  return reason === null ? { file: { path, namespace, key, type: listed?.type ?? null } } : { refused: { path, reason } };
}

/**
 * The content of a file as a value.
 *
 * @throws Error when it cannot be read, is too large for any value, or is not UTF-8 text
 */
export function readValue(root: string, path: string): string {
  const file = join(root, path);
  const { size } = statSync(file);
  if (size > VALUE_BYTES_HARD_MAX) throw new Error(`it has ${size} bytes, and no value may have more than ${VALUE_BYTES_HARD_MAX}`);
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(readFileSync(file));
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    throw new Error('it is not UTF-8 text, and a value is always text', { cause });
  }
}
