'use client';

import type { ReactElement, SubmitEvent } from 'react';
import { useRef, useState } from 'react';
import { namespaceFault } from '../../lib/contract/names.ts';
import { text } from '../catalogue.ts';
import { Button } from '../ui/button.tsx';
import { Dialog, DialogBody, DialogFooter } from '../ui/dialog.tsx';
import { Field, fieldText, TextArea, TextInput } from '../ui/field.tsx';
import { Notice } from '../ui/notice.tsx';

export interface NewNamespace {
  readonly namespace: string;
  readonly description: string;
  readonly owner: string;
}

export interface NewNamespaceDialogProps {
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
  readonly pending: boolean;
  readonly error: string | null;
  readonly onSubmit: (namespace: NewNamespace) => void;
}

export function NewNamespaceDialog({ open, onOpenChange, pending, error, onSubmit }: NewNamespaceDialogProps): ReactElement {
  const path = useRef<HTMLInputElement>(null);
  const [fault, setFault] = useState<string | null>(null);
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const namespace = fieldText(form, 'namespace');
    const wrong = namespaceFault(namespace);
    setFault(wrong);
    if (wrong === null) onSubmit({ namespace, description: fieldText(form, 'description'), owner: fieldText(form, 'owner') });
  };
  return (
    <Dialog open={open} onOpenChange={onOpenChange} initialFocus={path} title={text.newNamespace.title}>
      <form onSubmit={submit} className="flex min-h-0 flex-col" noValidate>
        <DialogBody className="flex flex-col gap-4">
          {error === null ? null : <Notice look="bad" live="assertive" title={error} />}
          <Field label={text.newNamespace.path} hint={text.newNamespace.pathHint} error={fault}>
            {(control) => (
              <TextInput
                {...control}
                name="namespace"
                className="font-mono"
                spellCheck={false}
                autoCapitalize="none"
                ref={path}
                onChange={() => setFault(null)}
              />
            )}
          </Field>
          <Field label={text.newNamespace.description}>
            {(control) => <TextArea {...control} name="description" rows={2} maxLength={2000} />}
          </Field>
          <Field label={text.newNamespace.owner}>{(control) => <TextInput {...control} name="owner" maxLength={200} />}</Field>
        </DialogBody>
        <DialogFooter>
          <Button onClick={() => onOpenChange(false)}>{text.cancel}</Button>
          <Button type="submit" look="primary" disabled={pending}>
            {text.newNamespace.submit}
          </Button>
        </DialogFooter>
      </form>
    </Dialog>
  );
}
