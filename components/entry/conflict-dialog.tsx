'use client';

import type { KeyboardEvent, ReactElement, SubmitEvent } from 'react';
import { useRef } from 'react';
import type { Entry, EntryType } from '../../lib/contract/model.ts';
import { entryText } from '../catalogue/entry.ts';
import { Ago } from '../time.tsx';
import { Button } from '../ui/button.tsx';
import { Dialog, DialogBody, DialogFooter } from '../ui/dialog.tsx';
import { Kbd } from '../ui/kbd.tsx';
import { Notice } from '../ui/notice.tsx';
import { ConflictParts } from './conflict-parts.tsx';
import type { Draft } from './draft.ts';
import { MergeViews } from './merge-views.tsx';
import { MessageField } from './message-field.tsx';
import { useMerge } from './use-merge.ts';

export interface ConflictDialogProps {
  readonly draft: Draft;
  /** What is there now; null where the entry was deleted. */
  readonly theirs: Entry | null;
  readonly nonce: string;
  readonly message: string;
  readonly onMessage: (message: string) => void;
  readonly onClose: () => void;
  /** Saves a text on top of what is there now. */
  readonly onSave: (value: string, type: EntryType) => void;
  /** Goes on editing a text on top of what is there now. */
  readonly onEdit: (value: string, type: EntryType) => void;
  /** Shows theirs (or that there is nothing) and lets mine go. */
  readonly onTakeTheirs: () => void;
}

/**
 * Somebody saved in between: what both changed without overlap is put together, the rest is chosen place by place, and the result
 * can be edited. Nothing is written before it is looked at. Mount it anew for each version of theirs.
 */
export function ConflictDialog(props: ConflictDialogProps): ReactElement {
  return props.theirs === null ? <GoneDialog {...props} /> : <MergeDialog {...props} theirs={props.theirs} />;
}

function MergeDialog({ draft, theirs, ...props }: ConflictDialogProps & { readonly theirs: Entry }): ReactElement {
  const merge = useMerge(draft, theirs);
  const form = useRef<HTMLFormElement>(null);
  const start = useRef<HTMLDivElement>(null);
  const same = theirs.value === draft.value && theirs.type === draft.type;

  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    if (merge.open === 0 && !same) props.onSave(merge.result, merge.type);
  };

  return (
    <Dialog
      open
      onOpenChange={(open) => {
        if (!open) props.onClose();
      }}
      initialFocus={start}
      size="wide"
      title={draft.base === null ? entryText.conflict.exists(theirs.version) : entryText.conflict.title}
      description={
        <>
          {entryText.conflict.who(theirs.updatedBy, theirs.version)}, <Ago time={theirs.updatedAt} />
          {theirs.message === '' ? null : `: “${theirs.message}”`}. {entryText.conflict.kept}
        </>
      }
    >
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- the keys are those of the fields inside, on their way up */}
      <form ref={form} className="flex min-h-0 flex-1 flex-col" onSubmit={submit} onKeyDown={(event) => saveByKey(event, form.current)}>
        <DialogBody className="flex flex-col gap-4">
          <div ref={start} tabIndex={-1} className="flex flex-col gap-3 outline-none">
            {same ? <Notice look="ok" live="polite" title={entryText.conflict.same} /> : <HowFar conflicts={merge.conflicts.length} />}
          </div>
          {same ? null : (
            <>
              <ConflictParts
                conflicts={merge.conflicts}
                choices={merge.choices}
                types={merge.types}
                type={merge.type}
                disabled={merge.byHand}
                onChoose={merge.choose}
                onChooseAll={merge.chooseAll}
                onType={merge.chooseType}
              />
              <MergeViews draft={draft} theirs={theirs} merge={merge} nonce={props.nonce} onSave={() => form.current?.requestSubmit()} />
              <MessageField value={props.message} onChange={props.onMessage} />
            </>
          )}
        </DialogBody>
        <DialogFooter>
          {merge.open > 0 && !same ? (
            <output className="mr-auto text-sm font-medium text-warn">{entryText.conflict.openChoices(merge.open)}</output>
          ) : null}
          <Button onClick={props.onTakeTheirs}>{entryText.conflict.takeTheirs}</Button>
          {same ? null : (
            <>
              <Button onClick={() => props.onEdit(merge.result, merge.type)}>{entryText.conflict.edit}</Button>
              <Button type="submit" look="primary" disabled={merge.open > 0} aria-keyshortcuts="Control+Enter">
                {entryText.conflict.save}
                <Kbd>{entryText.review.saveShortcut}</Kbd>
              </Button>
            </>
          )}
        </DialogFooter>
      </form>
    </Dialog>
  );
}

/** Ctrl+Enter saves from wherever the caret is. */
function saveByKey(event: KeyboardEvent, form: HTMLFormElement | null): void {
  if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  form?.requestSubmit();
}

function HowFar({ conflicts }: { readonly conflicts: number }): ReactElement {
  return conflicts === 0 ? (
    <Notice look="ok" live="polite" title={entryText.conflict.merged}>
      {entryText.conflict.mergedHint}
    </Notice>
  ) : (
    <Notice look="warn" live="polite" title={entryText.conflict.toChoose(conflicts)}>
      {entryText.conflict.toChooseHint}
    </Notice>
  );
}

function GoneDialog({ draft, message, onMessage, onClose, onSave, onTakeTheirs }: ConflictDialogProps): ReactElement {
  const again = useRef<HTMLButtonElement>(null);
  return (
    <Dialog
      open
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      initialFocus={again}
      title={entryText.conflict.titleGone}
      description={entryText.conflict.goneLead}
    >
      <DialogBody className="flex flex-col gap-4">
        <MessageField value={message} onChange={onMessage} />
      </DialogBody>
      <DialogFooter>
        <Button onClick={onTakeTheirs}>{entryText.conflict.drop}</Button>
        <Button onClick={onClose}>{entryText.conflict.edit}</Button>
        <Button ref={again} look="primary" onClick={() => onSave(draft.value, draft.type)}>
          {entryText.conflict.createAgain}
        </Button>
      </DialogFooter>
    </Dialog>
  );
}
