/** Writes entries as a folder tree, so that importing it gives the same entries. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { keyFault, namespaceFault } from '../../../lib/contract/names.ts';
import { fileNameOf, foldedPath, MANIFEST_NAME } from './file-name.ts';
import { formatManifest, typeOfName } from './manifest.ts';
import type { Entry } from '../../../lib/contract/schemas/entries.ts';
import type { ManifestFile } from './manifest.ts';

export interface RefusedEntry {
  readonly namespace: string;
  readonly key: string;
  readonly reason: string;
}

/** Takes entries one by one. Nothing is ever written over: of two entries that need one place, the second is refused. */
export class TreeWriter {
  readonly #root: string;
  /** Paths as a file system that ignores case sees them, with the spelling that came first. Folders end in `/`. */
  readonly #taken = new Map<string, string>();
  readonly #manifest = new Map<string, ManifestFile>();
  readonly #overwrite: boolean;
  readonly refused: RefusedEntry[] = [];
  #written = 0;

  /** @param overwrite whether files of an earlier export may be replaced */
  constructor(root: string, overwrite: boolean) {
    this.#root = root;
    this.#overwrite = overwrite;
    mkdirSync(root, { recursive: true });
  }

  get written(): number {
    return this.#written;
  }

  /** @param folder the entry's namespace within the tree; empty for the top */
  write(entry: Entry, folder: string): void {
    const { namespace, key, value = '', type } = entry;
    // What a server sends is not to decide where files are written.
    const odd = (folder === '' ? null : namespaceFault(folder)) ?? keyFault(key);
    const name = fileNameOf(key, folder === '');
    const path = folder === '' ? name : `${folder}/${name}`;
    const reason = odd ?? this.#claim(path);
    if (reason !== null) {
      this.refused.push({ namespace, key, reason });
      return;
    }
    const file = join(this.#root, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, value, { flag: this.#overwrite ? 'w' : 'wx' });
    this.#written++;
    const listed = { ...(name === key ? {} : { key }), ...(type === typeOfName(path) ? {} : { type }) };
    if (Object.keys(listed).length > 0) this.#manifest.set(path, listed);
  }

  /** Writes the manifest, always: it marks the tree as an export. */
  finish(): void {
    writeFileSync(join(this.#root, MANIFEST_NAME), formatManifest(this.#manifest));
  }

  /** Why the path cannot be had, or null. */
  #claim(path: string): string | null {
    const parts = path.split('/');
    for (const depth of parts.keys()) {
      const isFile = depth === parts.length - 1;
      const spelling = parts.slice(0, depth + 1).join('/');
      const [asFolder, asFile] = [`${foldedPath(spelling)}/`, foldedPath(spelling)];
      const other = isFile
        ? (this.#taken.get(asFile) ?? this.#taken.get(asFolder))
        : (this.#taken.get(asFile) ?? differing(this.#taken.get(asFolder), spelling));
      if (other !== undefined)
        return `its place ${spelling} is taken by ${other}${other === spelling ? '' : ', which differs only in how it is spelt'}`;
    }
    for (const depth of parts.keys()) {
      const spelling = parts.slice(0, depth + 1).join('/');
      this.#taken.set(depth === parts.length - 1 ? foldedPath(spelling) : `${foldedPath(spelling)}/`, spelling);
    }
    return null;
  }
}

function differing(taken: string | undefined, spelling: string): string | undefined {
  return taken === spelling ? undefined : taken;
}
