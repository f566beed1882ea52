'use client';

import type { ReactElement, ReactNode, SubmitEvent } from 'react';
import { useRef, useState } from 'react';
import type { Revision, Role } from '../../lib/contract/model.ts';
import { entryText } from '../catalogue/entry.ts';
import { text } from '../catalogue.ts';
import { historyText } from '../catalogue/history.ts';
import { DiffView } from '../entry/diff-view.tsx';
import { SaveFailure } from '../entry/save-failure.tsx';
import type { SaveOutcome } from '../entry/save-outcome.ts';
import { Button } from '../ui/button.tsx';
import { Dialog, DialogBody, DialogFooter } from '../ui/dialog.tsx';
import { Field, TextInput } from '../ui/field.tsx';
import { Notice } from '../ui/notice.tsx';
import type { RestorePlan } from './plan.ts';

export interface RestoreDialogProps {
  readonly plan: RestorePlan;
  /** What is there now. */
  readonly newest: Revision;
  readonly chosen: Revision;
  readonly outcome: SaveOutcome;
  readonly role: Role;
  readonly nonce: string;
  readonly onRestore: (message: string) => void;
  readonly onClose: () => void;
  /** A dialog that opens on top of this one; beside it, it would be hidden from those who do not see it. */
  readonly over: ReactNode;
}

const said = historyText.restoring;

/** A restore before it is made: what it will do in a sentence, what will differ, and why. */
export function RestoreDialog({ plan, newest, chosen, outcome, role, nonce, onRestore, onClose, over }: RestoreDialogProps): ReactElement {
  const [typed, setTyped] = useState('');
  const field = useRef<HTMLInputElement>(null);
  const message = typed.trim();
  const busy = outcome.kind === 'saving';
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    if (!busy) onRestore(message);
  };
  const type = text.types[plan.type];
  return (
    <Dialog
      open
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      initialFocus={field}
      size="wide"
      title={said.title(plan.revision)}
      description={(plan.bringsBack ? said.sentenceBack : said.sentence)(plan.revision, plan.becomes, type)}
    >
      <form className="flex min-h-0 flex-1 flex-col" onSubmit={submit}>
        <DialogBody className="flex flex-col gap-3">
          {outcome.kind === 'conflict' ? (
            <Notice look="warn" live="assertive" title={said.conflict}>
              {said.conflictBody}
            </Notice>
          ) : null}
          {outcome.kind === 'refused' || outcome.kind === 'unknown' ? (
            <SaveFailure outcome={outcome} type={plan.type} role={role} onRetry={() => onRestore(message)} />
          ) : null}
          {plan.typeBefore === null ? null : <p className="text-sm">{said.typeChange(text.types[plan.typeBefore], type)}</p>}
          {plan.same ? <p className="text-sm text-ink-soft">{said.same}</p> : null}
          <DiffView
            before={newest.value ?? ''}
            after={chosen.value ?? ''}
            beforeLabel={newest.deleted ? said.gone : said.now(newest.revision)}
            afterLabel={said.will(plan.becomes)}
            type={plan.type}
            nonce={nonce}
          />
          <Field label={entryText.review.message}>
            {(control) => (
              <TextInput
                ref={field}
                {...control}
                value={typed}
                onChange={(event) => setTyped(event.target.value)}
                maxLength={1000}
                placeholder={entryText.review.messagePlaceholder}
              />
            )}
          </Field>
        </DialogBody>
        <DialogFooter>
          <Button onClick={onClose}>{text.cancel}</Button>
          <Button type="submit" look="primary" disabled={busy}>
            {busy ? said.submitting : said.submit}
          </Button>
        </DialogFooter>
      </form>
      {over}
    </Dialog>
  );
}
