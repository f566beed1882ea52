'use client';

import type { ReactElement } from 'react';
import { text } from '../../../../../components/catalogue.ts';
import { appliedOn } from '../../../../../components/cluster/summary.ts';
import type { Base } from '../../../../../components/entry/draft.ts';
import type { SaveOutcome } from '../../../../../components/entry/save-outcome.ts';
import { SavedNotice } from '../../../../../components/entry/saved-notice.tsx';
import { Button } from '../../../../../components/ui/button.tsx';
import { Notice } from '../../../../../components/ui/notice.tsx';
import { parseToken } from '../../../../../lib/contract/token.ts';
import { useLive } from '../../../../_client/live.tsx';

export interface DraftNoticesProps {
  readonly readOnly: boolean;
  /** What is shown was typed before, and kept. */
  readonly restored: boolean;
  /** What somebody saved in between; null if nobody did. */
  readonly newer: Base | null;
  /** It has been deleted while it was looked at. */
  readonly gone: boolean;
  readonly outcome: SaveOutcome;
  readonly onDiscard: () => void;
  readonly onMerge: () => void;
}

/** What there is to say about what is being typed. */
export function DraftNotices({ readOnly, restored, newer, gone, outcome, onDiscard, onMerge }: DraftNoticesProps): ReactElement {
  return (
    <>
      {readOnly ? <Notice look="info" title={text.entry.readOnly} /> : null}
      {restored ? (
        <Notice
          look="info"
          live="polite"
          title={text.entry.draftRestored}
          actions={
            <Button size="sm" onClick={onDiscard}>
              {text.entry.discard}
            </Button>
          }
        />
      ) : null}
      {newer === null ? null : (
        <Notice
          look="warn"
          live="polite"
          title={text.entry.newerTitle(newer.version)}
          actions={
            <>
              <Button size="sm" onClick={onDiscard}>
                {text.entry.takeTheirs}
              </Button>
              <Button size="sm" look="primary" onClick={onMerge}>
                {text.conflict.review}
              </Button>
            </>
          }
        >
          {text.entry.newerBody}
        </Notice>
      )}
      {gone ? (
        <Notice look="warn" live="polite" title={text.conflict.goneNotice}>
          {readOnly ? null : text.conflict.goneNoticeBody}
        </Notice>
      ) : null}
      {outcome.kind === 'saved' ? <Saved version={outcome.version} replayed={outcome.replayed} /> : null}
    </>
  );
}

/** Committed, and on how many nodes it can be read by now: live. */
function Saved({ version, replayed }: { readonly version: string; readonly replayed: boolean }): ReactElement {
  const { status } = useLive();
  const element = parseToken(version)[0];
  const spread = status === null || element === undefined ? null : appliedOn(status, element.group, Number(element.index));
  return <SavedNotice version={version} replayed={replayed} spread={spread} />;
}
