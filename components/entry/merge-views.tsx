'use client';

import type { ReactElement } from 'react';
import { useState } from 'react';
import type { Entry } from '../../lib/contract/model.ts';
import { entryText } from '../catalogue/entry.ts';
import { Button } from '../ui/button.tsx';
import { Tabs } from '../ui/tabs.tsx';
import type { ValueFault } from './check-value.ts';
import { CodeEditor } from './code-editor.tsx';
import { DiffView } from './diff-view.tsx';
import type { Draft } from './draft.ts';
import type { Merge } from './use-merge.ts';

export interface MergeViewsProps {
  readonly draft: Draft;
  readonly theirs: Entry;
  readonly merge: Merge;
  readonly nonce: string;
  readonly onSave: () => void;
}

/** The result of a merge, to be edited, and compared with what went into it. */
export function MergeViews({ draft, theirs, merge, nonce, onSave }: MergeViewsProps): ReactElement {
  const [view, setView] = useState<'result' | 'theirs' | 'mine'>('result');
  const [fault, setFault] = useState<ValueFault | null>(null);
  const compared = (before: string, beforeLabel: string): ReactElement => (
    <DiffView
      before={before}
      after={merge.result}
      beforeLabel={beforeLabel}
      afterLabel={entryText.conflict.result}
      type={merge.type}
      nonce={nonce}
    />
  );
  return (
    <Tabs
      label={entryText.conflict.views}
      value={view}
      onChange={setView}
      tabs={[
        {
          value: 'result',
          label: entryText.conflict.result,
          content: (
            <div className="flex flex-col gap-2">
              <div className="flex h-56 flex-col overflow-hidden rounded-md border focus-within:border-accent">
                <CodeEditor
                  value={merge.result}
                  type={merge.type}
                  readOnly={false}
                  label={entryText.conflict.resultLabel}
                  nonce={nonce}
                  onChange={merge.edit}
                  onFault={setFault}
                  onSave={onSave}
                />
              </div>
              {fault === null ? null : <p className="text-xs text-bad">{entryText.entry.firstProblem(fault.line, fault.message)}</p>}
              {merge.byHand && merge.conflicts.length > 0 ? (
                <p className="flex flex-wrap items-center gap-2 text-xs text-ink-soft">
                  {entryText.conflict.byHand}
                  <Button size="sm" look="quiet" onClick={merge.startAgain}>
                    {entryText.conflict.fromChoices}
                  </Button>
                </p>
              ) : null}
            </div>
          ),
        },
        {
          value: 'theirs',
          label: entryText.conflict.againstTheirs,
          content: compared(theirs.value ?? '', entryText.review.theirs(theirs.version)),
        },
        { value: 'mine', label: entryText.conflict.againstMine, content: compared(draft.value, entryText.conflict.mine) },
      ]}
    />
  );
}
