'use client';

import { Check, Copy } from 'lucide-react';
import type { ReactElement } from 'react';
import { useRef, useState } from 'react';
import { accessText } from '../catalogue/access.ts';
import { Button } from '../ui/button.tsx';
import { Dialog, DialogBody, DialogFooter } from '../ui/dialog.tsx';
import { Field, TextInput } from '../ui/field.tsx';
import { Notice } from '../ui/notice.tsx';

const said = accessText.secret;

export interface SecretDialogProps {
  readonly name: string;
  /** Null: the key was made at an attempt whose answer was lost. */
  readonly secret: string | null;
  readonly onDone: () => void;
}

/** The secret of a new key, shown once. It goes away only when somebody says that it is kept. */
export function SecretDialog({ name, secret, onDone }: SecretDialogProps): ReactElement {
  const field = useRef<HTMLInputElement>(null);
  const done = useRef<HTMLButtonElement>(null);
  const [kept, setKept] = useState(secret === null);
  const [copying, setCopying] = useState<'no' | 'copied' | 'failed'>('no');

  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(secret ?? '');
      setCopying('copied');
    } catch {
      // Without encryption, or where the browser asks and is told no.
      field.current?.select();
      setCopying('failed');
    }
  };

  return (
    <Dialog
      open
      onOpenChange={(open) => {
        if (!open && kept) onDone();
      }}
      initialFocus={secret === null ? done : field}
      title={said.title(name)}
      description={secret === null ? undefined : said.lead}
    >
      <DialogBody className="flex flex-col gap-4">
        {secret === null ? (
          <Notice look="warn" title={said.replayed} />
        ) : (
          <>
            <div className="flex items-end gap-2">
              <Field label={said.label} className="min-w-0 flex-1">
                {(control) => (
                  <TextInput
                    {...control}
                    ref={field}
                    readOnly
                    value={secret}
                    className="font-mono"
                    onFocus={(event) => event.currentTarget.select()}
                  />
                )}
              </Field>
              <Button onClick={() => void copy()} look="primary">
                {copying === 'copied' ? <Check aria-hidden /> : <Copy aria-hidden />}
                {said.copy}
              </Button>
            </div>
            <output className={copying === 'no' ? 'sr-only' : 'text-sm text-ink-soft'}>
              {copying === 'copied' ? said.copied : copying === 'failed' ? said.copyFailed : null}
            </output>
            <label className="flex items-center gap-2 text-sm">
              <input type="checkbox" checked={kept} onChange={(event) => setKept(event.target.checked)} className="size-4 accent-accent" />
              {said.understood}
            </label>
          </>
        )}
      </DialogBody>
      <DialogFooter>
        <Button ref={done} look={kept ? 'primary' : 'plain'} disabled={!kept} onClick={onDone}>
          {said.done}
        </Button>
      </DialogFooter>
    </Dialog>
  );
}
