/** The hash beside every stored value, verified whenever the value is read (spec 3, section 2). */
import { crc32c } from '@node-rs/crc32';
import type { EntryType, LogPosition } from '../../lib/contract/model.ts';
import { StateCorruptionError } from './errors.ts';

/** What a revision's hash covers: not the value alone, so that a value under another key or version is noticed too. */
export interface HashedRevision {
  readonly namespace: string;
  readonly key: string;
  readonly revision: number;
  readonly type: EntryType;
  readonly position: LogPosition;
}

/** CRC32C (Castagnoli) over identity, position and value. Part of the format: never changes within one. */
export function revisionHash(of: HashedRevision, value: string): number {
  const head = `${of.namespace}\n${of.key}\n${of.revision}\n${of.type}\n${of.position.term}:${of.position.index}\n`;
  return crc32c(value, crc32c(head));
}

/**
 * The value, proven to be what was written.
 * @throws StateCorruptionError when hash and value disagree
 */
export function verifiedValue(of: HashedRevision, value: string, hash: number | null): string {
  if (hash === null || revisionHash(of, value) !== hash) {
    throw new StateCorruptionError(`the stored value of ${of.namespace} ${of.key} revision ${of.revision} does not match its hash`);
  }
  return value;
}
