'use client';

import type { ReactElement } from 'react';
import { useRef, useState } from 'react';
import { text } from '../../catalogue.ts';
import { workText } from '../../catalogue/config-work.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog, DialogBody, DialogFooter } from '../../ui/dialog.tsx';
import { Notice } from '../../ui/notice.tsx';
import type { TransferFormat } from '../transfer/parse-import.ts';
import { TRANSFER_FORMATS } from '../transfer/parse-import.ts';

export interface ExportDialogProps {
  readonly namespace: string;
  readonly count: number;
  readonly pending: boolean;
  readonly error: string | null;
  readonly onSubmit: (format: TransferFormat) => void;
  readonly onClose: () => void;
}

/** Entries as a file: in which form. */
export function ExportDialog({ namespace, count, pending, error, onSubmit, onClose }: ExportDialogProps): ReactElement {
  const first = useRef<HTMLInputElement>(null);
  const [format, setFormat] = useState<TransferFormat>('yaml');
  return (
    <Dialog
      open
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      initialFocus={first}
      title={workText.export.title}
      description={workText.export.lead(count, namespace)}
    >
      <DialogBody className="flex flex-col gap-3">
        {error === null ? null : <Notice look="bad" live="assertive" title={error} />}
        <fieldset className="flex flex-col gap-2">
          <legend className="sr-only">{workText.import.format}</legend>
          {TRANSFER_FORMATS.map((each) => (
            <label
              key={each}
              className="grid cursor-pointer grid-cols-[auto_4rem_1fr] items-baseline gap-3 rounded-lg border px-3 py-2.5 has-checked:border-accent has-checked:bg-accent-wash"
            >
              <input
                ref={each === format ? first : undefined}
                type="radio"
                name="format"
                className="accent-accent"
                checked={format === each}
                onChange={() => setFormat(each)}
              />
              <span className="text-sm font-medium">{workText.import.formats[each]}</span>
              <span className="text-sm text-ink-soft">{workText.export.hints[each]}</span>
            </label>
          ))}
        </fieldset>
      </DialogBody>
      <DialogFooter>
        <Button onClick={onClose}>{text.cancel}</Button>
        <Button look="primary" disabled={pending} onClick={() => onSubmit(format)}>
          {pending ? workText.export.reading : workText.export.submit}
        </Button>
      </DialogFooter>
    </Dialog>
  );
}
