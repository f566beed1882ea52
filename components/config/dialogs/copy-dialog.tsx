'use client';

import type { ReactElement, SubmitEvent } from 'react';
import { useRef, useState } from 'react';
import { keyFault, namespaceFault } from '../../../lib/contract/names.ts';
import { text } from '../../catalogue.ts';
import { workText } from '../../catalogue/config-work.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog, DialogBody, DialogFooter } from '../../ui/dialog.tsx';
import { Field, fieldText, TextInput } from '../../ui/field.tsx';
import { Notice } from '../../ui/notice.tsx';

export interface CopyTarget {
  readonly namespace: string;
  readonly key: string;
}

export interface CopyDialogProps {
  readonly kind: 'copy' | 'rename';
  readonly namespace: string;
  readonly entryKey: string;
  readonly pending: boolean;
  readonly error: string | null;
  readonly onSubmit: (target: CopyTarget) => void;
  readonly onClose: () => void;
}

/** A copy of an entry under another key, or another key for it. */
export function CopyDialog({ kind, namespace, entryKey, pending, error, onSubmit, onClose }: CopyDialogProps): ReactElement {
  const field = useRef<HTMLInputElement>(null);
  const [faults, setFaults] = useState<{ readonly key: string | null; readonly namespace: string | null }>({ key: null, namespace: null });
  const words = workText.copyEntry;

  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const key = fieldText(form, 'key');
    const into = kind === 'rename' ? namespace : fieldText(form, 'namespace');
    const found = {
      key: keyFault(key) ?? (key === entryKey && into === namespace ? words.sameKey : null),
      namespace: namespaceFault(into),
    };
    setFaults(found);
    if (found.key === null && found.namespace === null) onSubmit({ namespace: into, key });
  };

  return (
    <Dialog
      open
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      initialFocus={field}
      title={kind === 'copy' ? words.copyTitle(entryKey) : words.renameTitle(entryKey)}
      description={kind === 'copy' ? words.copyLead : words.renameLead}
    >
      <form onSubmit={submit} className="flex min-h-0 flex-col" noValidate>
        <DialogBody className="flex flex-col gap-4">
          {error === null ? null : <Notice look="bad" live="assertive" title={error} />}
          <Field label={words.to} error={faults.key}>
            {(control) => (
              <TextInput
                {...control}
                ref={field}
                name="key"
                defaultValue={entryKey}
                className="font-mono"
                spellCheck={false}
                autoCapitalize="none"
              />
            )}
          </Field>
          {kind === 'rename' ? null : (
            <Field label={words.namespace} error={faults.namespace}>
              {(control) => (
                <TextInput
                  {...control}
                  name="namespace"
                  defaultValue={namespace}
                  className="font-mono"
                  spellCheck={false}
                  autoCapitalize="none"
                />
              )}
            </Field>
          )}
        </DialogBody>
        <DialogFooter>
          <Button onClick={onClose}>{text.cancel}</Button>
          <Button type="submit" look="primary" disabled={pending}>
            {words[kind]}
          </Button>
        </DialogFooter>
      </form>
    </Dialog>
  );
}
