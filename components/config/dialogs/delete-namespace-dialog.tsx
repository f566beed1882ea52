'use client';

import type { ReactElement, SubmitEvent } from 'react';
import { useRef, useState } from 'react';
import type { Namespace } from '../../../lib/contract/model.ts';
import { text } from '../../catalogue.ts';
import { workText } from '../../catalogue/config-work.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog, DialogBody, DialogFooter } from '../../ui/dialog.tsx';
import { Notice } from '../../ui/notice.tsx';
import { TypedName } from '../../ui/typed-name.tsx';

export interface DeleteNamespaceDialogProps {
  readonly about: Namespace;
  readonly pending: boolean;
  readonly error: string | null;
  readonly onSubmit: () => void;
  readonly onClose: () => void;
}

/** Deleting a namespace takes its entries along, so its name has to be typed. */
export function DeleteNamespaceDialog({ about, pending, error, onSubmit, onClose }: DeleteNamespaceDialogProps): ReactElement {
  const field = useRef<HTMLInputElement>(null);
  const [typed, setTyped] = useState('');
  const words = workText.editNamespace;
  const confirmed = typed.trim() === about.namespace;
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    if (confirmed && !pending) onSubmit();
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      initialFocus={field}
      title={words.deleteTitle(about.namespace)}
      description={`${words.deleteLead(about.entries)} ${words.deleteKept}`}
    >
      <form onSubmit={submit} className="flex min-h-0 flex-col">
        <DialogBody className="flex flex-col gap-4">
          {error === null ? null : <Notice look="bad" live="assertive" title={error} />}
          <TypedName label={words.confirm(about.namespace)} value={typed} onChange={setTyped} inputRef={field} />
        </DialogBody>
        <DialogFooter>
          <Button onClick={onClose}>{text.cancel}</Button>
          <Button type="submit" look="danger" disabled={!confirmed || pending}>
            {words.deleteSubmit}
          </Button>
        </DialogFooter>
      </form>
    </Dialog>
  );
}
