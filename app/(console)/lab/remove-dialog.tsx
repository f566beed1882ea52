'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { labText } from '../../../components/catalogue/lab.ts';
import { LAB_NAMESPACE } from '../../../components/lab/run.ts';
import { ConfirmDialog } from '../../../components/ui/confirm-dialog.tsx';
import { toast } from '../../../components/ui/toast.ts';
import { isConfmanError } from '../../../lib/client/errors.ts';
import { keys } from '../../../lib/queries/keys.ts';
import { useConsole } from '../../_client/console.tsx';

/** Deletes what the experiments wrote. */
export function RemoveDialog({ onClose }: { readonly onClose: () => void }): ReactElement {
  const { reader } = useConsole();
  const queries = useQueryClient();
  const removal = useMutation({
    mutationFn: async () => {
      try {
        await reader.client.namespaces.delete(LAB_NAMESPACE);
      } catch (error) {
        // Gone already is as good.
        if (!isConfmanError(error, 'namespace-not-found')) throw error;
      }
    },
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: keys.namespaces() });
      toast({ title: labText.plan.removed, look: 'ok' });
      onClose();
    },
  });
  return (
    <ConfirmDialog
      title={labText.plan.removeTitle(LAB_NAMESPACE)}
      submit={labText.plan.remove}
      submitting={labText.plan.removing}
      danger
      pending={removal.isPending}
      error={removal.error === null ? null : { title: labText.plan.removeFailed, body: removal.error.message }}
      onSubmit={() => removal.mutate()}
      onClose={onClose}
    >
      <p>{labText.plan.removeBody}</p>
    </ConfirmDialog>
  );
}
