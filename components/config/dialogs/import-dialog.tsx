'use client';

import type { ReactElement } from 'react';
import { useRef } from 'react';
import { text } from '../../catalogue.ts';
import { workText } from '../../catalogue/config-work.ts';
import { MessageField } from '../../entry/message-field.tsx';
import { Button } from '../../ui/button.tsx';
import { Dialog, DialogBody, DialogFooter } from '../../ui/dialog.tsx';
import { Notice } from '../../ui/notice.tsx';
import type { ImportRow } from '../transfer/plan-import.ts';
import { importOperations } from '../transfer/plan-import.ts';
import { RunFooter } from '../transfer/run-footer.tsx';
import { RunNotice } from '../transfer/run-notice.tsx';
import type { RunState } from '../transfer/run-state.ts';
import { ImportPreview } from './import-preview.tsx';
import type { ImportSource } from './import-source.tsx';
import { ImportSourceFields } from './import-source.tsx';

export interface ImportDialogProps {
  readonly namespace: string;
  readonly source: ImportSource;
  readonly onSource: (source: ImportSource) => void;
  /** What the source would do; null while it is not known. */
  readonly plan: readonly ImportRow[] | null;
  /** Why there is no plan. */
  readonly fault: string | null;
  readonly comparing: boolean;
  readonly overwrite: boolean;
  readonly onOverwrite: (overwrite: boolean) => void;
  readonly message: string;
  readonly onMessage: (message: string) => void;
  readonly state: RunState;
  readonly onStart: () => void;
  readonly onResume: () => void;
  readonly onSkip: () => void;
  readonly onStop: () => void;
  readonly onClose: () => void;
}

/** Entries from a document or from files: what they are, what will change, and how far it is. */
export function ImportDialog(props: ImportDialogProps): ReactElement {
  const { namespace, plan, fault, comparing, overwrite, state } = props;
  const start = useRef<HTMLButtonElement>(null);
  const writes = plan === null ? 0 : importOperations(plan, overwrite).length;
  const changed = plan?.filter(({ kind }) => kind === 'changed').length ?? 0;
  return (
    <Dialog
      open
      onOpenChange={(open) => {
        if (!open && state.kind !== 'running') props.onClose();
      }}
      initialFocus={start}
      size="wide"
      title={workText.import.title}
      description={workText.import.lead(namespace)}
    >
      <DialogBody className="flex flex-col gap-4">
        {state.kind === 'idle' ? <ImportSourceFields source={props.source} onSource={props.onSource} first={start} /> : null}
        {fault === null ? null : <Notice look="bad" live="assertive" title={fault} />}
        {comparing ? <output className="text-sm text-ink-soft">{workText.import.comparing}</output> : null}
        {plan === null ? null : <ImportPreview rows={plan} overwrite={overwrite} />}
        {state.kind === 'idle' && plan !== null && changed > 0 ? (
          <label className="flex cursor-pointer items-center gap-2 text-sm">
            <input
              type="checkbox"
              className="accent-accent"
              checked={overwrite}
              onChange={(event) => props.onOverwrite(event.target.checked)}
            />
            {workText.import.overwrite(changed)}
          </label>
        ) : null}
        {state.kind === 'idle' && writes > 0 ? <MessageField value={props.message} onChange={props.onMessage} /> : null}
        <RunNotice state={state} onResume={props.onResume} onSkip={props.onSkip} />
      </DialogBody>
      {state.kind === 'idle' ? (
        <DialogFooter>
          <Button onClick={props.onClose}>{text.cancel}</Button>
          <Button look="primary" disabled={writes === 0 || comparing} onClick={props.onStart}>
            {workText.import.submit(writes)}
          </Button>
        </DialogFooter>
      ) : (
        <RunFooter state={state} onStop={props.onStop} onClose={props.onClose} />
      )}
    </Dialog>
  );
}
