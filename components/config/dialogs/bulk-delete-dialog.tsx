'use client';

import type { ReactElement } from 'react';
import { useRef, useState } from 'react';
import type { Entry } from '../../../lib/contract/model.ts';
import { text } from '../../catalogue.ts';
import { workText } from '../../catalogue/config-work.ts';
import { MessageField } from '../../entry/message-field.tsx';
import { Button } from '../../ui/button.tsx';
import { Dialog, DialogBody, DialogFooter } from '../../ui/dialog.tsx';
import { inBatches } from '../transfer/batches.ts';
import { RunFooter } from '../transfer/run-footer.tsx';
import { RunNotice } from '../transfer/run-notice.tsx';
import type { RunState } from '../transfer/run-state.ts';

const NAMED = 8;

export interface BulkDeleteDialogProps {
  readonly namespace: string;
  readonly entries: readonly Entry[];
  readonly state: RunState;
  readonly onStart: (message: string) => void;
  readonly onResume: () => void;
  readonly onSkip: () => void;
  readonly onStop: () => void;
  readonly onClose: () => void;
}

/** Deleting chosen entries: which, in what steps, and how far it is. */
export function BulkDeleteDialog({
  namespace,
  entries,
  state,
  onStart,
  onResume,
  onSkip,
  onStop,
  onClose,
}: BulkDeleteDialogProps): ReactElement {
  const cancel = useRef<HTMLButtonElement>(null);
  const [message, setMessage] = useState('');
  const steps = inBatches(entries.map(({ key }) => ({ op: 'delete', key }))).length;
  return (
    <Dialog
      open
      onOpenChange={(open) => {
        if (!open && state.kind !== 'running') onClose();
      }}
      initialFocus={cancel}
      title={workText.bulkDelete.title(entries.length)}
      description={workText.bulkDelete.lead(namespace)}
    >
      <DialogBody className="flex flex-col gap-4">
        <ul className="rounded-md border bg-sunken px-3 py-2 font-mono text-xs leading-6">
          {entries.slice(0, NAMED).map(({ key }) => (
            <li key={key} className="truncate">
              {key}
            </li>
          ))}
          {entries.length > NAMED ? <li className="font-sans text-ink-soft">{workText.bulkDelete.more(entries.length - NAMED)}</li> : null}
        </ul>
        <p className="text-sm text-ink-soft">
          {workText.bulkDelete.steps(steps)} {workText.bulkDelete.guarded} {workText.bulkDelete.kept}
        </p>
        {state.kind === 'idle' ? <MessageField value={message} onChange={setMessage} /> : null}
        <RunNotice state={state} onResume={onResume} onSkip={onSkip} />
      </DialogBody>
      {state.kind === 'idle' ? (
        <DialogFooter>
          <Button ref={cancel} onClick={onClose}>
            {text.cancel}
          </Button>
          <Button look="danger" onClick={() => onStart(message.trim())}>
            {workText.bulkDelete.submit(entries.length)}
          </Button>
        </DialogFooter>
      ) : (
        <RunFooter state={state} onStop={onStop} onClose={onClose} />
      )}
    </Dialog>
  );
}
