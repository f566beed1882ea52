/**
 * What a move carries from the log of one group into that of another: rows as they are, with the version that they had.
 * Copied rows make no revision, no audit event and no watch event.
 */
import type { EntryType, LogPosition } from '../../lib/contract/model.ts';

/** A position in the log of a group: what a version says of a row, whichever group keeps the row now. */
export interface Origin extends LogPosition {
  readonly group: string;
}

/** One kept revision of a key; a deletion has no value and no hash. */
export interface RevisionImport {
  readonly kind: 'revision';
  readonly namespace: string;
  readonly key: string;
  readonly revision: number;
  readonly type: EntryType;
  readonly deleted: boolean;
  readonly origin: Origin;
  readonly createdAtMs: number;
  readonly timeMs: number;
  readonly author: string;
  readonly message: string;
  readonly hash: number | null;
  readonly value: string | null;
}

/** A namespace as it stands, or that there is none of this name any more. */
export interface NamespaceImport {
  readonly kind: 'namespace';
  readonly namespace: string;
  readonly row: {
    readonly description: string;
    readonly owner: string;
    readonly createdAtMs: number;
    readonly updatedAtMs: number;
    readonly origin: Origin;
    readonly entries: number;
  } | null;
}

/** The first answer to an idempotent request. */
export interface RecordImport {
  readonly kind: 'record';
  readonly scope: string;
  readonly request: string;
  /** That the request was about; null where the record does not tell. */
  readonly namespace: string | null;
  readonly origin: Origin;
  readonly stampMs: number;
  /** The result as JSON. */
  readonly result: string;
}

export type ImportRow = RevisionImport | NamespaceImport | RecordImport;

/** How far the copy of a range has come, in the terms of the log and tables that it is copied from. */
export interface MoveCursor {
  /** The namespaces are copied up to this one; null: all of them, and what has become of them since is in `events`. */
  readonly names: string | null;
  /** Audit events of the source up to this id have been looked at for changes of namespaces. */
  readonly events: number;
  /** Revisions of the source up to this row. */
  readonly revisions: number;
  /** Records of requests of the source up to this row. */
  readonly records: number;
}

/** What one group knows of a move that it takes part in. */
export interface MoveRecord {
  readonly move: string;
  /**
   * In the group that gives: `fenced`, then `released` once its entries are dropped, then `forgotten` once retention has taken
   * their history too; or `lifted`, and then never fenced again. In the group that takes: `importing`, then `owned`; or `voided`,
   * then `dropped` once what it took is gone.
   */
  readonly state: 'fenced' | 'released' | 'forgotten' | 'lifted' | 'importing' | 'owned' | 'voided' | 'dropped';
  /** Index of the group's log where the state was decided: of the fence, or of `owned`. */
  readonly index: number;
  /** Of the group that takes. */
  readonly cursor: MoveCursor | null;
  /** Last index of the giving group's log that counts for the range; from `owned` on, in the group that takes. */
  readonly fromFinalIndex: number | null;
  /** Rows and bytes taken so far. */
  readonly rows: number;
  readonly bytes: number;
}
