'use client';

import type { KeyboardEvent, ReactElement, ReactNode, SubmitEvent } from 'react';
import { useRef } from 'react';
import type { Role } from '../../lib/contract/model.ts';
import { entryText } from '../catalogue/entry.ts';
import { text } from '../catalogue.ts';
import { Button } from '../ui/button.tsx';
import { Dialog, DialogBody, DialogFooter } from '../ui/dialog.tsx';
import { Kbd } from '../ui/kbd.tsx';
import { DiffView } from './diff-view.tsx';
import type { Draft } from './draft.ts';
import { MessageField } from './message-field.tsx';
import { SaveFailure } from './save-failure.tsx';
import type { SaveOutcome } from './save-outcome.ts';

export interface ReviewDialogProps {
  readonly onClose: () => void;
  readonly draft: Draft;
  readonly outcome: SaveOutcome;
  readonly role: Role;
  readonly nonce: string;
  readonly message: string;
  readonly onMessage: (message: string) => void;
  readonly onSave: () => void;
  /** A dialog that opens on top of this one; beside it, it would be hidden from those who do not see it. */
  readonly over: ReactNode;
}

/** The change before it is made: what differs, and why. */
export function ReviewDialog({ onClose, draft, outcome, role, nonce, message, onMessage, onSave, over }: ReviewDialogProps): ReactElement {
  const field = useRef<HTMLInputElement>(null);
  const form = useRef<HTMLFormElement>(null);
  const { base } = draft;
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    if (outcome.kind !== 'saving') onSave();
  };

  /** Ctrl+Enter saves from wherever the caret is. */
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    form.current?.requestSubmit();
  };

  return (
    <Dialog
      open
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      initialFocus={field}
      size="wide"
      title={base === null ? entryText.review.titleCreate : entryText.review.title}
    >
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- the keys are those of the fields inside, on their way up */}
      <form ref={form} className="flex min-h-0 flex-1 flex-col" onSubmit={submit} onKeyDown={onKeyDown}>
        <DialogBody className="flex flex-col gap-3">
          {outcome.kind === 'refused' || outcome.kind === 'unknown' ? (
            <SaveFailure outcome={outcome} type={draft.type} role={role} onRetry={onSave} />
          ) : null}
          <WhatElse draft={draft} />
          <DiffView
            before={base?.value ?? ''}
            after={draft.value}
            beforeLabel={base === null ? entryText.review.nothing : entryText.review.now(base.version)}
            afterLabel={entryText.review.mine}
            type={draft.type}
            nonce={nonce}
          />
          <MessageField value={message} onChange={onMessage} field={field} />
        </DialogBody>
        <DialogFooter>
          <Button onClick={onClose}>{text.cancel}</Button>
          <Button type="submit" look="primary" disabled={outcome.kind === 'saving'} aria-keyshortcuts="Control+Enter">
            {outcome.kind === 'saving' ? entryText.review.saving : entryText.review.save}
            <Kbd>{entryText.review.saveShortcut}</Kbd>
          </Button>
        </DialogFooter>
      </form>
      {over}
    </Dialog>
  );
}

/** What the comparison of two texts does not show. */
function WhatElse({ draft }: { readonly draft: Draft }): ReactElement | null {
  const { base, value, type } = draft;
  if (base === null) return null;
  if (base.type !== type) return <p className="text-sm">{entryText.review.typeChange(text.types[base.type], text.types[type])}</p>;
  return base.value === value ? <p className="text-sm text-ink-soft">{entryText.review.same}</p> : null;
}
