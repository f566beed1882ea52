'use client';

import type { ReactElement, ReactNode } from 'react';
import { useRef } from 'react';
import { text } from '../catalogue.ts';
import { Button } from './button.tsx';
import { Dialog, DialogBody, DialogFooter } from './dialog.tsx';
import { Notice } from './notice.tsx';

export interface ConfirmDialogProps {
  readonly title: string;
  /** What will happen, in a sentence or two. */
  readonly children: ReactNode;
  readonly submit: string;
  readonly submitting: string;
  readonly danger?: boolean | undefined;
  readonly pending: boolean;
  /** Why it failed the last time; null when it has not. */
  readonly error: { readonly title: string; readonly body: string } | null;
  readonly disabled?: boolean | undefined;
  readonly onSubmit: () => void;
  readonly onClose: () => void;
}

/** Says what will happen before it does. The focus is on the way out. */
export function ConfirmDialog({
  title,
  children,
  submit,
  submitting,
  danger = false,
  pending,
  error,
  disabled = false,
  onSubmit,
  onClose,
}: ConfirmDialogProps): ReactElement {
  const cancel = useRef<HTMLButtonElement>(null);
  return (
    <Dialog open onOpenChange={(open) => (open || pending ? undefined : onClose())} title={title} initialFocus={cancel}>
      <DialogBody className="flex flex-col gap-3">
        <div className="flex flex-col gap-3 text-ink-soft">{children}</div>
        {error === null ? null : (
          <Notice look="bad" live="assertive" title={error.title}>
            {error.body}
          </Notice>
        )}
      </DialogBody>
      <DialogFooter>
        <Button ref={cancel} look="quiet" onClick={onClose} disabled={pending}>
          {text.cancel}
        </Button>
        <Button
          look={danger ? 'danger' : 'primary'}
          aria-disabled={pending || disabled}
          onClick={() => (pending || disabled ? undefined : onSubmit())}
        >
          {pending ? submitting : submit}
        </Button>
      </DialogFooter>
    </Dialog>
  );
}
