'use client';

import { useMutation } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { clusterText } from '../../../components/catalogue/cluster.ts';
import { ConfirmDialog } from '../../../components/ui/confirm-dialog.tsx';
import { toast } from '../../../components/ui/toast.ts';
import { useConsole } from '../../_client/console.tsx';

/** Longer than a hand-over may take. */
const TRANSFER_MS = 15_000;

export interface TransferDialogProps {
  readonly group: string;
  readonly from: string | null;
  readonly to: string;
  readonly onClose: () => void;
}

/** Hands leadership over, after saying what that means. */
export function TransferDialog({ group, from, to, onClose }: TransferDialogProps): ReactElement {
  const { reader } = useConsole();
  const words = clusterText.transfer;
  const transfer = useMutation({
    mutationFn: () => reader.client.cluster.transferLeader(group, to, { timeoutMs: TRANSFER_MS }),
    onSuccess: () => {
      toast({ title: words.done(to), look: 'ok' });
      onClose();
    },
  });
  return (
    <ConfirmDialog
      title={words.title(to)}
      submit={words.submit}
      submitting={words.submitting}
      pending={transfer.isPending}
      error={transfer.error === null ? null : { title: words.failedTitle, body: transfer.error.message }}
      disabled={from === null}
      onSubmit={() => transfer.mutate()}
      onClose={onClose}
    >
      <p>{from === null ? clusterText.picture.noLeader : words.body(group, from, to)}</p>
    </ConfirmDialog>
  );
}
