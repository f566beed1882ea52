/** Changes as watchers see them: plain data, as all types of this room. */
import type { EntryType, LogPosition } from '../../lib/contract/model.ts';

/** One change of one command, as watchers see it. */
export interface WatchChange {
  readonly op: 'put' | 'delete' | 'delete-namespace';
  readonly namespace: string;
  readonly key: string | null;
  readonly type: EntryType | null;
  readonly value?: string | null | undefined;
  readonly revision: number | null;
  readonly previousRevision: number | null;
  /** For delete-namespace: how many entries went. */
  readonly count?: number | undefined;
}

/** All changes of one applied command. */
export interface WatchCommand {
  readonly position: LogPosition;
  readonly changes: readonly WatchChange[];
  readonly actor: string;
  readonly message: string;
  readonly hlc: string;
}
