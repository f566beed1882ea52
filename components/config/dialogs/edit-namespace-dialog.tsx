'use client';

import type { ReactElement, SubmitEvent } from 'react';
import { useRef } from 'react';
import type { Namespace } from '../../../lib/contract/model.ts';
import { text } from '../../catalogue.ts';
import { workText } from '../../catalogue/config-work.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog, DialogBody, DialogFooter } from '../../ui/dialog.tsx';
import { Field, fieldText, TextArea, TextInput } from '../../ui/field.tsx';
import { Notice } from '../../ui/notice.tsx';

export interface EditNamespaceDialogProps {
  readonly about: Namespace;
  readonly pending: boolean;
  readonly error: string | null;
  readonly onSubmit: (about: { readonly description: string; readonly owner: string }) => void;
  readonly onClose: () => void;
}

/** What a namespace is for, and who answers for it. */
export function EditNamespaceDialog({ about, pending, error, onSubmit, onClose }: EditNamespaceDialogProps): ReactElement {
  const first = useRef<HTMLTextAreaElement>(null);
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    onSubmit({ description: fieldText(form, 'description'), owner: fieldText(form, 'owner') });
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      initialFocus={first}
      title={workText.editNamespace.title}
      description={<span className="font-mono">{about.namespace}</span>}
    >
      <form onSubmit={submit} className="flex min-h-0 flex-col">
        <DialogBody className="flex flex-col gap-4">
          {error === null ? null : <Notice look="bad" live="assertive" title={error} />}
          <Field label={text.newNamespace.description}>
            {(control) => (
              <TextArea {...control} ref={first} name="description" rows={3} maxLength={2000} defaultValue={about.description} />
            )}
          </Field>
          <Field label={text.newNamespace.owner}>
            {(control) => <TextInput {...control} name="owner" maxLength={200} defaultValue={about.owner} />}
          </Field>
        </DialogBody>
        <DialogFooter>
          <Button onClick={onClose}>{text.cancel}</Button>
          <Button type="submit" look="primary" disabled={pending}>
            {workText.editNamespace.submit}
          </Button>
        </DialogFooter>
      </form>
    </Dialog>
  );
}
