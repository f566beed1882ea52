/** `If-Match` and `If-None-Match` (RFC 9110, section 13): for writes as preconditions, for reads as a question. */
import { ServiceError } from '../services/errors.ts';
import type { ShardMap } from '../services/shard-map.ts';
import { versionPosition } from '../services/version-position.ts';
import type { EntryPrecondition } from '../services/version-position.ts';

/** The entity tag of a version; a bare value is another representation and has its own. */
export function entityTag(version: string, bare: boolean): string {
  return bare ? `"${version};text"` : `"${version}"`;
}

function invalid(parameter: string, detail: string): ServiceError {
  return new ServiceError('invalid-parameter', `${parameter}: ${detail}`, { errors: [{ parameter, detail }] });
}

/** What a write asks of the entry. */
export function writePrecondition(map: ShardMap, ifMatch: string | undefined, ifNoneMatch: string | undefined): EntryPrecondition {
  if (ifMatch !== undefined && ifNoneMatch !== undefined) throw invalid('If-None-Match', 'If-Match and If-None-Match exclude each other');
  if (ifNoneMatch !== undefined) {
    if (ifNoneMatch.trim() !== '*') throw invalid('If-None-Match', 'a write takes only *: create, but do not change');
    return { ifAbsent: true };
  }
  if (ifMatch === undefined) return {};
  const tag = /^"([^"]*)"$/.exec(ifMatch.trim())?.[1];
  if (tag === undefined) throw invalid('If-Match', 'name one version as its ETag gave it, in double quotes, for example "5:42"');
  return { ifMatch: versionPosition(map, tag.endsWith(';text') ? tag.slice(0, -5) : tag, { parameter: 'If-Match' }) };
}

/** Whether a read with this `If-None-Match` already has the representation with this tag. */
export function isUnchanged(ifNoneMatch: string | undefined, tag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  if (ifNoneMatch === tag) return true;
  return ifNoneMatch.split(',').some((candidate) => {
    const trimmed = candidate.trim();
    return trimmed === '*' || (trimmed.startsWith('W/') ? trimmed.slice(2) : trimmed) === tag;
  });
}
