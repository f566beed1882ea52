'use client';

import type { ReactElement } from 'react';
import { useRef } from 'react';
import type { ApiKey } from '../../lib/contract/model.ts';
import { accessText } from '../catalogue/access.ts';
import { text } from '../catalogue.ts';
import { Ago } from '../time.tsx';
import { Button } from '../ui/button.tsx';
import { Dialog, DialogBody, DialogFooter } from '../ui/dialog.tsx';
import { Notice } from '../ui/notice.tsx';

const said = accessText.revoking;

export interface RevokeDialogProps {
  readonly apiKey: ApiKey;
  readonly own: boolean;
  /** Nobody could manage the cluster without it. */
  readonly lastAdmin: boolean;
  readonly pending: boolean;
  readonly error: string | null;
  readonly onRevoke: () => void;
  readonly onClose: () => void;
}

/** Asks before a key is revoked, by its name; says why not where it cannot be. */
export function RevokeDialog({ apiKey, own, lastAdmin, pending, error, onRevoke, onClose }: RevokeDialogProps): ReactElement {
  const keep = useRef<HTMLButtonElement>(null);
  const { name, lastUsedAt } = apiKey;
  return (
    <Dialog
      open
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      initialFocus={keep}
      title={said.title(name)}
      description={lastAdmin ? undefined : said.body}
    >
      <DialogBody className="flex flex-col gap-3">
        {error === null ? null : (
          <Notice look="bad" live="assertive" title={said.failed}>
            {error}
          </Notice>
        )}
        {lastAdmin ? (
          <Notice look="warn" title={accessText.lastAdmin} />
        ) : (
          <>
            <p className="text-sm">
              {lastUsedAt === null ? (
                said.neverUsed
              ) : (
                <>
                  {said.lastUsed} <Ago time={lastUsedAt} />.
                </>
              )}
            </p>
            {own ? <Notice look="warn" title={said.own} /> : null}
          </>
        )}
      </DialogBody>
      <DialogFooter>
        <Button ref={keep} onClick={onClose}>
          {lastAdmin ? text.close : said.keep}
        </Button>
        {lastAdmin ? null : (
          <Button look="danger" disabled={pending} onClick={onRevoke}>
            {pending ? said.submitting : said.submit(name)}
          </Button>
        )}
      </DialogFooter>
    </Dialog>
  );
}
