/** From rows of the state to the nouns of the API. */
import type { ApiKey, Entry, Namespace, Revision } from '../../lib/contract/model.ts';
import { formatVersion } from '../../lib/contract/token.ts';
import type { ApiKeyRow, EntryRow, EntryState, NamespaceRow, RevisionRow } from '../state/types.ts';

/** RFC 3339, UTC, milliseconds. */
export function timeOf(ms: number): string {
  // The two times of an entry that was written once are one and the same.
  if (ms !== lastMs) [lastMs, lastText] = [ms, new Date(ms).toISOString()];
  return lastText;
}

let lastMs = 0;
let lastText = new Date(0).toISOString();

export function toEntry(group: string, row: EntryRow): Entry {
  const entry = stateToEntry(group, row.namespace, row);
  return row.value === undefined ? entry : { ...entry, value: row.value };
}

/** An entry without its value. */
export function stateToEntry(group: string, namespace: string, state: EntryState): Omit<Entry, 'value'> {
  return {
    namespace,
    key: state.key,
    type: state.type,
    revision: state.revision,
    version: formatVersion(state.group ?? group, state.position),
    createdAt: timeOf(state.createdAtMs),
    updatedAt: timeOf(state.updatedAtMs),
    updatedBy: state.updatedBy,
    message: state.message,
  };
}

export function toRevision(group: string, row: RevisionRow): Revision {
  return {
    namespace: row.namespace,
    key: row.key,
    revision: row.revision,
    value: row.value,
    type: row.type,
    version: formatVersion(row.group ?? group, row.position),
    author: row.author,
    message: row.message,
    time: timeOf(row.timeMs),
    deleted: row.deleted,
  };
}

export function toNamespace(group: string, row: NamespaceRow): Namespace {
  return {
    namespace: row.namespace,
    description: row.description,
    owner: row.owner,
    createdAt: timeOf(row.createdAtMs),
    updatedAt: timeOf(row.updatedAtMs),
    version: formatVersion(row.group ?? group, row.position),
    entries: row.entries,
  };
}

/** The key without its hash: nothing of the secret leaves the server. */
export function toApiKey({ secretHash: _secretHash, ...key }: ApiKeyRow): ApiKey {
  return key;
}
