import type { ReactElement } from 'react';
import { entryText } from '../catalogue/entry.ts';
import { Notice } from '../ui/notice.tsx';

export interface SavedNoticeProps {
  readonly version: string;
  readonly replayed: boolean;
  /** The cluster is in another lineage than it was committed in: nothing is known of it any more. */
  readonly restored: boolean;
  /** On how many of the voters it is applied, as far as is known now; null before anything is known. */
  readonly spread: { readonly applied: number; readonly of: number } | null;
}

/** Where a save stands: committed for good, and on how many nodes it can be read already. */
export function SavedNotice({ version, replayed, restored, spread }: SavedNoticeProps): ReactElement {
  if (restored)
    return (
      <Notice look="warn" live="polite" title={<span className="tnum">{entryText.saved.restored(version)}</span>}>
        {entryText.saved.restoredBody}
      </Notice>
    );
  return (
    <Notice
      look="ok"
      live="polite"
      title={
        <span className="tnum">
          {entryText.saved.committed(version)}
          {spread === null || spread.of === 0 ? null : `, ${entryText.saved.applied(spread.applied, spread.of)}`}
        </span>
      }
    >
      {replayed ? entryText.saved.replayed : undefined}
    </Notice>
  );
}
