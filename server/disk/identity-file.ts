import { join } from 'node:path';

import { readCheckedJson, writeCheckedJson } from './checked-json.ts';

const NAME = 'identity.json';

/**
 * Reads who a data directory belongs to.
 *
 * @param parse what the caller keeps in there; throws when it is something else
 * @returns null for a directory that has no identity yet
 * @throws DataDirError of kind `damaged` or `newer-format`
 */
export function readIdentity<T>(dir: string, parse: (content: unknown) => T): T | null {
  return readCheckedJson(join(dir, NAME), parse);
}

/** Replaces the identity; durable when this returns, and after a crash there is the old one or the new one. */
export function writeIdentity(dir: string, identity: unknown): void {
  writeCheckedJson(join(dir, NAME), identity);
}
