import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';

import { writeFileDurable } from './durable.ts';
import { DataDirError } from './errors.ts';

/**
 * A small JSON file that is replaced as a whole and notices damage:
 * `{ "format": 1, "sha256": "<of the text of content>", "content": … }`.
 */
const FORMAT = 1;

/** Replaces the file durably. */
export function writeCheckedJson(path: string, content: unknown): void {
  const text = JSON.stringify(content);
  writeFileDurable(path, `{"format":${FORMAT},"sha256":"${sha256(text)}","content":${text}}\n`);
}

/**
 * Reads the file back.
 *
 * @param parse turns the content into what the caller expects, and throws when it is something else
 * @returns null when there is no such file
 * @throws DataDirError of kind `damaged`, or `newer-format` when a newer version wrote it
 */
export function readCheckedJson<T>(path: string, parse: (content: unknown) => T): T | null {
  const text = readIfThere(path);
  if (text === null) return null;
  const damaged = (why: string, cause?: unknown): DataDirError =>
    new DataDirError('damaged', `${path} is damaged: ${why}; restore the data directory or join the node anew`, { cause });
  let file: unknown;
  try {
    file = JSON.parse(text);
  } catch (error) {
    throw damaged('it is no JSON', error);
  }
  if (typeof file !== 'object' || file === null || !('format' in file)) throw damaged('it has no format');
  const { format } = file;
  if (typeof format !== 'number') throw damaged('its format is no number');
  if (format > FORMAT) {
    throw new DataDirError(
      'newer-format',
      `${path} has format ${format}, this version of Confman reads ${FORMAT}; start the version that wrote ${basename(path)}`,
    );
  }
  if (format !== FORMAT || !('sha256' in file) || !('content' in file)) throw damaged('it is incomplete');
  if (sha256(JSON.stringify(file.content)) !== file.sha256) throw damaged('its checksum does not match');
  try {
    return parse(file.content);
  } catch (error) {
    throw damaged('its content is not what belongs there', error);
  }
}

function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
