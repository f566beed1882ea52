'use client';

import type { KeyboardEvent, ReactElement } from 'react';
import { useState } from 'react';
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
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
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
export function ReviewDialog({
  open,
  onOpenChange,
  draft,
  outcome,
  role,
  nonce,
  onSave,
  onKeepMine,
  onTakeTheirs,
}: ReviewDialogProps): ReactElement {
  const [message, setMessage] = useState('');
  const saving = outcome.kind === 'saving';
  const conflict = outcome.kind === 'conflict' ? outcome : null;
  const current = conflict === null ? draft.base : conflict.current;

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey) || saving || conflict !== null) return;
    event.preventDefault();
    onSave(message.trim());
  };

  return (
    <Dialog open={open} onOpenChange={onOpenChange} size="wide" title={draft.base === null ? text.review.titleCreate : text.review.title}>
      {/* Ctrl+Enter saves from wherever the caret is. */}
      <div className="flex min-h-0 flex-1 flex-col" onKeyDown={onKeyDown}>
        <DialogBody className="flex flex-col gap-3">
          {conflict === null ? null : <ConflictNotice current={conflict.current} mine={draft.value} creating={draft.base === null} />}
          {outcome.kind === 'refused' || outcome.kind === 'unknown' ? (
            <SaveFailure outcome={outcome} type={draft.type} role={role} onRetry={() => onSave(message.trim())} />
          ) : null}
          {draft.base !== null && draft.base.type !== draft.type ? (
            <p className="text-sm">{text.review.typeChange(text.entry.types[draft.base.type], text.entry.types[draft.type])}</p>
          ) : null}
          {conflict === null && draft.base !== null && draft.base.value === draft.value && draft.base.type === draft.type ? (
            <p className="text-sm text-ink-soft">{text.review.same}</p>
          ) : null}
          <DiffView
            before={current?.value ?? ''}
            after={draft.value}
            beforeLabel={
              current === null
                ? text.review.nothing
                : conflict === null
                  ? text.review.now(current.version)
                  : text.review.theirs(current.version)
            }
            afterLabel={text.review.mine}
            type={draft.type}
            nonce={nonce}
          />
          <Field label={text.review.message}>
            {(control) => (
              <TextInput
                {...control}
                value={message}
                onChange={(event) => setMessage(event.target.value)}
                maxLength={1000}
                placeholder={text.review.messagePlaceholder}
                autoFocus
              />
            )}
          </Field>
        </DialogBody>
        <DialogFooter>
          {conflict === null ? (
            <>
              <Button onClick={() => onOpenChange(false)}>{text.cancel}</Button>
              <Button look="primary" disabled={saving} onClick={() => onSave(message.trim())} aria-keyshortcuts="Control+Enter">
                {saving ? text.review.saving : text.review.save}
                <Kbd>{text.review.saveShortcut}</Kbd>
              </Button>
            </>
          ) : (
            <>
              <Button onClick={() => onOpenChange(false)}>{text.conflict.editMine}</Button>
              {conflict.current === null ? null : (
                <Button onClick={() => conflict.current !== null && onTakeTheirs(conflict.current)}>{text.conflict.takeTheirs}</Button>
              )}
              <Button look="primary" onClick={() => onKeepMine(conflict.current, message.trim())}>
                {conflict.current === null ? text.conflict.createAgain : text.conflict.keepMine}
              </Button>
            </>
          )}
        </DialogFooter>
      </div>
    </Dialog>
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
