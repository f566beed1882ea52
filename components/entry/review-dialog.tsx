'use client';

import type { KeyboardEvent, ReactElement, SubmitEvent } from 'react';
import { useRef, useState } from 'react';
import type { Entry, Role } from '../../lib/contract/model.ts';
import { text } from '../catalogue.ts';
import { Button } from '../ui/button.tsx';
import { Dialog, DialogBody, DialogFooter } from '../ui/dialog.tsx';
import { Field, TextInput } from '../ui/field.tsx';
import { Kbd } from '../ui/kbd.tsx';
import { Notice } from '../ui/notice.tsx';
import { DiffView } from './diff-view.tsx';
import type { Draft } from './draft.ts';
import { SaveFailure } from './save-failure.tsx';
import type { SaveOutcome } from './save-outcome.ts';

export interface ReviewDialogProps {
  readonly onClose: () => void;
  readonly draft: Draft;
  readonly outcome: SaveOutcome;
  readonly role: Role;
  readonly nonce: string;
  readonly onSave: (message: string) => void;
  /** Saves the text over what is there now. */
  readonly onKeepMine: (current: Entry | null, message: string) => void;
  /** Shows theirs and drops the text. */
  readonly onTakeTheirs: (current: Entry) => void;
}

/** The change before it is made: what differs, why, and, when somebody was faster, theirs against mine. */
export function ReviewDialog({ onClose, draft, outcome, role, nonce, onSave, onKeepMine, onTakeTheirs }: ReviewDialogProps): ReactElement {
  const [typed, setTyped] = useState('');
  const field = useRef<HTMLInputElement>(null);
  const form = useRef<HTMLFormElement>(null);
  const message = typed.trim();
  const conflict = outcome.kind === 'conflict' ? outcome : null;
  const current = conflict === null ? draft.base : conflict.current;
  const beforeLabel =
    current === null ? text.review.nothing : conflict === null ? text.review.now(current.version) : text.review.theirs(current.version);

  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    // Over somebody else's change only by the button that says so.
    if (outcome.kind !== 'saving' && conflict === null) onSave(message);
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
      title={draft.base === null ? text.review.titleCreate : text.review.title}
    >
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- the keys are those of the fields inside, on their way up */}
      <form ref={form} className="flex min-h-0 flex-1 flex-col" onSubmit={submit} onKeyDown={onKeyDown}>
        <DialogBody className="flex flex-col gap-3">
          {conflict === null ? null : <ConflictNotice current={conflict.current} mine={draft.value} creating={draft.base === null} />}
          {outcome.kind === 'refused' || outcome.kind === 'unknown' ? (
            <SaveFailure outcome={outcome} type={draft.type} role={role} onRetry={() => onSave(message)} />
          ) : null}
          <WhatElse draft={draft} />
          <DiffView
            before={current?.value ?? ''}
            after={draft.value}
            beforeLabel={beforeLabel}
            afterLabel={text.review.mine}
            type={draft.type}
            nonce={nonce}
          />
          <Field label={text.review.message}>
            {(control) => (
              <TextInput
                ref={field}
                {...control}
                value={typed}
                onChange={(event) => setTyped(event.target.value)}
                maxLength={1000}
                placeholder={text.review.messagePlaceholder}
              />
            )}
          </Field>
        </DialogBody>
        <DialogFooter>
          {conflict === null ? (
            <>
              <Button onClick={onClose}>{text.cancel}</Button>
              <Button type="submit" look="primary" disabled={outcome.kind === 'saving'} aria-keyshortcuts="Control+Enter">
                {outcome.kind === 'saving' ? text.review.saving : text.review.save}
                <Kbd>{text.review.saveShortcut}</Kbd>
              </Button>
            </>
          ) : (
            <ConflictChoices
              current={conflict.current}
              onEdit={onClose}
              onTakeTheirs={onTakeTheirs}
              onKeepMine={() => onKeepMine(conflict.current, message)}
            />
          )}
        </DialogFooter>
      </form>
    </Dialog>
  );
}

/** What the comparison of two texts does not show. */
function WhatElse({ draft }: { readonly draft: Draft }): ReactElement | null {
  const { base, value, type } = draft;
  if (base === null) return null;
  if (base.type !== type) return <p className="text-sm">{text.review.typeChange(text.entry.types[base.type], text.entry.types[type])}</p>;
  return base.value === value ? <p className="text-sm text-ink-soft">{text.review.same}</p> : null;
}

interface ConflictChoicesProps {
  readonly current: Entry | null;
  readonly onEdit: () => void;
  readonly onTakeTheirs: (current: Entry) => void;
  readonly onKeepMine: () => void;
}

function ConflictChoices({ current, onEdit, onTakeTheirs, onKeepMine }: ConflictChoicesProps): ReactElement {
  return (
    <>
      <Button onClick={onEdit}>{text.conflict.editMine}</Button>
      {current === null ? null : <Button onClick={() => onTakeTheirs(current)}>{text.conflict.takeTheirs}</Button>}
      <Button look="primary" onClick={onKeepMine}>
        {current === null ? text.conflict.createAgain : text.conflict.keepMine}
      </Button>
    </>
  );
}

function ConflictNotice({
  current,
  mine,
  creating,
}: {
  readonly current: Entry | null;
  readonly mine: string;
  readonly creating: boolean;
}): ReactElement {
  if (current !== null && current.value === mine) return <Notice look="info" live="polite" title={text.conflict.same} />;
  const title =
    current === null
      ? text.conflict.titleGone
      : creating
        ? text.conflict.titleExists(current.version)
        : text.conflict.title(current.updatedBy, current.version);
  return (
    <Notice look="warn" live="assertive" title={title}>
      {text.conflict.body}
    </Notice>
  );
}
