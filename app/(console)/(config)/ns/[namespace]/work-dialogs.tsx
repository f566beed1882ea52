'use client';

import { useRouter } from 'next/navigation';
import type { ReactElement } from 'react';
import { useState } from 'react';
import { workText } from '../../../../../components/catalogue/config-work.ts';
import { BulkDeleteDialog } from '../../../../../components/config/dialogs/bulk-delete-dialog.tsx';
import { CopyDialog } from '../../../../../components/config/dialogs/copy-dialog.tsx';
import { DeleteNamespaceDialog } from '../../../../../components/config/dialogs/delete-namespace-dialog.tsx';
import { EditNamespaceDialog } from '../../../../../components/config/dialogs/edit-namespace-dialog.tsx';
import { ExportDialog } from '../../../../../components/config/dialogs/export-dialog.tsx';
import { ImportDialog } from '../../../../../components/config/dialogs/import-dialog.tsx';
import { importOperations } from '../../../../../components/config/transfer/plan-import.ts';
import { paths } from '../../../../../components/paths.ts';
import { toast } from '../../../../../components/ui/toast.ts';
import type { Entry, Namespace } from '../../../../../lib/contract/model.ts';
import { useBatchRun } from '../../../../_client/use-batch-run.ts';
import { useCopyEntry, useDeleteNamespace, useEditNamespace, useExport } from '../../../../_client/use-entry-work.ts';
import { useImport } from '../../../../_client/use-import.ts';

/** Work that opens a dialog, and what it is about. */
export type Work =
  | { readonly kind: 'import' }
  /** Null: all entries. */
  | { readonly kind: 'export'; readonly only: ReadonlySet<string> | null; readonly count: number }
  | { readonly kind: 'delete'; readonly entries: readonly Entry[] }
  | { readonly kind: 'copy' | 'rename'; readonly key: string }
  | { readonly kind: 'edit-namespace' | 'delete-namespace'; readonly about: Namespace };

export interface WorkDialogProps {
  readonly namespace: string;
  readonly work: Work;
  readonly onClose: () => void;
  /** Entries were deleted or renamed: what was chosen is not there any more. */
  readonly onChanged: () => void;
}

/** The dialog of some work. Loaded when the first is opened. */
export function WorkDialog({ work, ...props }: WorkDialogProps): ReactElement {
  switch (work.kind) {
    case 'import':
      return <Import {...props} />;
    case 'export':
      return <Export {...props} only={work.only} count={work.count} />;
    case 'delete':
      return <BulkDelete {...props} entries={work.entries} />;
    case 'copy':
    case 'rename':
      return <Copy {...props} kind={work.kind} entryKey={work.key} />;
    case 'edit-namespace':
      return <EditNamespace {...props} about={work.about} />;
    case 'delete-namespace':
      return <DeleteNamespace {...props} about={work.about} />;
  }
}

type Props = Omit<WorkDialogProps, 'work'>;

function Import({ namespace, onClose }: Props): ReactElement {
  const { source, setSource, plan, fault, comparing } = useImport(namespace);
  const { state, start, resume, skip, cancel } = useBatchRun(namespace);
  const [overwrite, setOverwrite] = useState(true);
  const [message, setMessage] = useState('');
  return (
    <ImportDialog
      namespace={namespace}
      source={source}
      onSource={setSource}
      plan={plan}
      fault={fault}
      comparing={comparing}
      overwrite={overwrite}
      onOverwrite={setOverwrite}
      message={message}
      onMessage={setMessage}
      state={state}
      onStart={() => void start(importOperations(plan ?? [], overwrite), message.trim())}
      onResume={() => void resume()}
      onSkip={() => void skip()}
      onStop={cancel}
      onClose={onClose}
    />
  );
}

function Export({
  namespace,
  onClose,
  only,
  count,
}: Props & { readonly only: ReadonlySet<string> | null; readonly count: number }): ReactElement {
  const { pending, error, run } = useExport(namespace, only, (exported) => {
    onClose();
    toast({ title: workText.export.done(exported) });
  });
  return <ExportDialog namespace={namespace} count={count} pending={pending} error={error} onSubmit={run} onClose={onClose} />;
}

function BulkDelete({ namespace, entries, onClose, onChanged }: Props & { readonly entries: readonly Entry[] }): ReactElement {
  const { state, start, resume, skip, cancel } = useBatchRun(namespace);
  const finish = async (going: Promise<boolean>): Promise<void> => {
    if (await going) onChanged();
  };
  return (
    <BulkDeleteDialog
      namespace={namespace}
      entries={entries}
      state={state}
      onStart={(message) =>
        void finish(
          start(
            entries.map(({ key, version }) => ({ op: 'delete', key, ifMatch: version })),
            message,
          ),
        )
      }
      onResume={() => void finish(resume())}
      onSkip={() => void finish(skip())}
      onStop={cancel}
      onClose={onClose}
    />
  );
}

function Copy({
  namespace,
  onClose,
  onChanged,
  kind,
  entryKey,
}: Props & { readonly kind: 'copy' | 'rename'; readonly entryKey: string }): ReactElement {
  const router = useRouter();
  const { pending, error, run } = useCopyEntry(kind, namespace, entryKey, (target) => {
    onClose();
    if (kind === 'rename') onChanged();
    toast({ title: kind === 'copy' ? workText.copyEntry.copied(target.key) : workText.copyEntry.renamed(target.key) });
    router.push(paths.entry(target.namespace, target.key));
  });
  return (
    <CopyDialog kind={kind} namespace={namespace} entryKey={entryKey} pending={pending} error={error} onSubmit={run} onClose={onClose} />
  );
}

function EditNamespace({ namespace, onClose, about }: Props & { readonly about: Namespace }): ReactElement {
  const { pending, error, run } = useEditNamespace(namespace, () => {
    onClose();
    toast({ title: workText.editNamespace.saved });
  });
  return <EditNamespaceDialog about={about} pending={pending} error={error} onSubmit={run} onClose={onClose} />;
}

function DeleteNamespace({ namespace, onClose, about }: Props & { readonly about: Namespace }): ReactElement {
  const router = useRouter();
  const { pending, error, run } = useDeleteNamespace(namespace, () => {
    onClose();
    toast({ title: workText.editNamespace.deleted(namespace) });
    router.push(paths.home);
  });
  return <DeleteNamespaceDialog about={about} pending={pending} error={error} onSubmit={() => run()} onClose={onClose} />;
}
