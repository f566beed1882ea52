'use client';

import type { ReactElement } from 'react';
import { useState } from 'react';
import { entryText } from '../../../../../components/catalogue/entry.ts';
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
      {readOnly ? <Notice look="info" title={entryText.entry.readOnly} /> : null}
      {restored ? (
        <Notice
          look="info"
          live="polite"
          title={entryText.entry.draftRestored}
          actions={
            <Button size="sm" onClick={onDiscard}>
              {entryText.entry.discard}
            </Button>
          }
        />
      ) : null}
      {newer === null ? null : (
        <Notice
          look="warn"
          live="polite"
          title={entryText.entry.newerTitle(newer.version)}
          actions={
            <>
              <Button size="sm" onClick={onDiscard}>
                {entryText.entry.takeTheirs}
              </Button>
              <Button size="sm" look="primary" onClick={onMerge}>
                {entryText.conflict.review}
              </Button>
            </>
          }
        >
          {entryText.entry.newerBody}
        </Notice>
      )}
      {gone ? (
        <Notice look="warn" live="polite" title={entryText.conflict.goneNotice}>
          {readOnly ? null : entryText.conflict.goneNoticeBody}
        </Notice>
      ) : null}
      {outcome.kind === 'saved' ? <Saved version={outcome.version} replayed={outcome.replayed} /> : null}
    </>
  );
}

/** Committed, and on how many nodes it can be read by now: live. */
function Saved({ version, replayed }: { readonly version: string; readonly replayed: boolean }): ReactElement {
  const { status } = useLive();
  const lineage = status?.cluster.lineage ?? null;
  const [then, setThen] = useState({ version, lineage });
  if (then.version !== version || (then.lineage === null && lineage !== null)) setThen({ version, lineage });
  const restored = then.lineage !== null && lineage !== null && then.lineage !== lineage;
  const element = parseToken(version)[0];
  const spread = status === null || element === undefined ? null : appliedOn(status, element.group, Number(element.index));
  return <SavedNotice version={version} replayed={replayed} restored={restored} spread={spread} />;
}
