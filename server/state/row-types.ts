/** Rows as queries answer with them: a part of the contract in `types.ts`. */
import type { ApiKey, EntryType, LogPosition } from '../../lib/contract/model.ts';
import type { EntryState } from './types.ts';

export interface EntryRow extends EntryState {
  readonly namespace: string;
  /** Absent when the query said `values: false`. */
  readonly value?: string | undefined;
}

export interface RevisionRow {
  readonly namespace: string;
  readonly key: string;
  readonly revision: number;
  readonly value: string | null;
  readonly type: EntryType;
  readonly position: LogPosition;
  /** As in `EntryState`. */
  readonly group?: string | undefined;
  readonly author: string;
  readonly message: string;
  readonly timeMs: number;
  readonly deleted: boolean;
}

export interface NamespaceRow {
  readonly namespace: string;
  readonly description: string;
  readonly owner: string;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
  readonly position: LogPosition;
  /** As in `EntryState`. */
  readonly group?: string | undefined;
  readonly entries: number;
}

export interface ApiKeyRow extends ApiKey {
  readonly secretHash: string;
}
