import type { ReactElement } from 'react';
import { text } from '../catalogue.ts';
import { Notice } from '../ui/notice.tsx';

export interface SavedNoticeProps {
  readonly version: string;
  readonly replayed: boolean;
  /** On how many of the voters it is applied, as far as is known now; null before anything is known. */
  readonly spread: { readonly applied: number; readonly of: number } | null;
}

/** Where a save stands: committed for good, and on how many nodes it can be read already. */
export function SavedNotice({ version, replayed, spread }: SavedNoticeProps): ReactElement {
  return (
    <Notice
      look="ok"
      live="polite"
      title={
        <span className="tnum">
          {text.saved.committed(version)}
          {spread === null || spread.of === 0 ? null : `, ${text.saved.applied(spread.applied, spread.of)}`}
        </span>
      }
    >
      {replayed ? text.saved.replayed : undefined}
    </Notice>
  );
}
