'use client';

import type { ReactElement } from 'react';
import { useRef } from 'react';
import { clusterText } from '../../../components/catalogue/cluster.ts';
import { text } from '../../../components/catalogue.ts';
import { bytesText } from '../../../components/cluster/measures.ts';
import { Button } from '../../../components/ui/button.tsx';
import { Dialog, DialogBody, DialogFooter } from '../../../components/ui/dialog.tsx';
import { Notice } from '../../../components/ui/notice.tsx';
import type { BackingUp } from '../../_client/use-backup.ts';
import { useBackup } from '../../_client/use-backup.ts';

/** Downloads a backup of the whole cluster, after saying what is in it. Closing it on the way cancels. */
export function BackupDialog({ onClose }: { readonly onClose: () => void }): ReactElement {
  const { state, start, cancel } = useBackup();
  const leave = useRef<HTMLButtonElement>(null);
  const words = clusterText.backup;
  const running = state.kind === 'running';
  const close = (): void => {
    cancel();
    onClose();
  };
  return (
    <Dialog open onOpenChange={(open) => (open ? undefined : close())} title={words.title} initialFocus={leave}>
      <DialogBody className="flex flex-col gap-3">
        <p className="text-ink-soft">{words.body}</p>
        <p className="text-ink-soft">{words.care}</p>
        <State state={state} />
      </DialogBody>
      <DialogFooter>
        <Button ref={leave} look="quiet" onClick={close}>
          {state.kind === 'done' ? text.close : text.cancel}
        </Button>
        {state.kind === 'done' ? null : (
          <Button look="primary" aria-disabled={running} onClick={() => (running ? undefined : start())}>
            {running ? words.submitting : words.submit}
          </Button>
        )}
      </DialogFooter>
    </Dialog>
  );
}

function State({ state }: { readonly state: BackingUp['state'] }): ReactElement | null {
  const words = clusterText.backup;
  switch (state.kind) {
    case 'idle':
      return null;
    case 'running':
      return (
        <div className="flex flex-col gap-1.5 text-sm">
          <progress
            aria-label={words.progress}
            className="h-1.5 w-full accent-accent"
            {...(state.ofBytes === null ? {} : { value: state.bytes, max: state.ofBytes })}
          />
          <span className="tnum text-ink-soft">
            {state.bytes === 0
              ? words.copying
              : words.bytes(bytesText(state.bytes), state.ofBytes === null ? null : bytesText(state.ofBytes))}
          </span>
        </div>
      );
    case 'failed':
      return (
        <Notice look="bad" live="assertive" title={words.failedTitle}>
          {state.message}
        </Notice>
      );
    case 'done':
      return (
        <Notice look="ok" live="polite" title={words.done(state.version)}>
          <span className="font-mono text-xs break-all">{state.name}</span>, {bytesText(state.bytes)}
        </Notice>
      );
  }
}
