'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { workText } from '../../components/catalogue/config-work.ts';
import type { CopyTarget } from '../../components/config/dialogs/copy-dialog.tsx';
import type { TransferFormat } from '../../components/config/transfer/parse-import.ts';
import { exportName, writeExport } from '../../components/config/transfer/write-export.ts';
import { isConfmanError } from '../../lib/client/errors.ts';
import { keys } from '../../lib/queries/keys.ts';
import { useConsole } from './console.tsx';

/** What a mutation shows of itself. */
export interface Working<T> {
  readonly pending: boolean;
  readonly error: string | null;
  readonly run: (input: T) => void;
}

/** Copies an entry, or gives it another key: both atomic, and never over an entry that is there. */
export function useCopyEntry(
  kind: 'copy' | 'rename',
  namespace: string,
  key: string,
  onDone: (target: CopyTarget) => void,
): Working<CopyTarget> {
  const { reader } = useConsole();
  const queries = useQueryClient();
  const mutation = useMutation({
    mutationFn: async (target: CopyTarget) => {
      const { data } = await reader.client.config.get(namespace, key, reader.options(1));
      const { value, type, version } = data;
      if (kind === 'copy') {
        await reader.client.config.put(
          target.namespace,
          target.key,
          { value, type, message: `Copied from ${namespace} ${key}` },
          { ifNoneMatch: '*' },
        );
        return;
      }
      await reader.client.config.batch(namespace, {
        operations: [
          { op: 'put', key: target.key, value, type, ifNoneMatch: '*' },
          { op: 'delete', key, ifMatch: version },
        ],
        message: `Renamed from ${key}`,
      });
    },
    onSuccess: async (_answer, target) => {
      onDone(target);
      await Promise.all([
        queries.invalidateQueries({ queryKey: keys.entries(namespace) }),
        queries.invalidateQueries({ queryKey: keys.entries(target.namespace) }),
        queries.invalidateQueries({ queryKey: keys.namespaces() }),
      ]);
    },
  });
  const explain = (error: Error): string => {
    if (!isConfmanError(error, 'version-conflict')) return error.message;
    return error.problem?.operation === 1 ? workText.copyEntry.moved : workText.copyEntry.exists;
  };
  return {
    pending: mutation.isPending,
    error: mutation.error === null ? null : explain(mutation.error),
    run: (target) => mutation.mutate(target),
  };
}

/** Description and owner of a namespace. */
export function useEditNamespace(namespace: string, onDone: () => void): Working<{ readonly description: string; readonly owner: string }> {
  const { reader } = useConsole();
  const queries = useQueryClient();
  const mutation = useMutation({
    mutationFn: (about: { readonly description: string; readonly owner: string }) => reader.client.namespaces.put(namespace, about),
    onSuccess: async () => {
      await Promise.all([
        queries.invalidateQueries({ queryKey: keys.namespace(namespace) }),
        queries.invalidateQueries({ queryKey: keys.namespaces() }),
      ]);
      onDone();
    },
  });
  return { pending: mutation.isPending, error: mutation.error?.message ?? null, run: (about) => mutation.mutate(about) };
}

/** Deletes a namespace with its entries. */
export function useDeleteNamespace(namespace: string, onDone: () => void): Working<void> {
  const { reader } = useConsole();
  const queries = useQueryClient();
  const mutation = useMutation({
    mutationFn: () => reader.client.namespaces.delete(namespace),
    onSuccess: async () => {
      onDone();
      await queries.invalidateQueries({ queryKey: keys.namespaces() });
    },
  });
  return { pending: mutation.isPending, error: mutation.error?.message ?? null, run: () => mutation.mutate() };
}

/** Entries of a namespace, with their values, as a file of the browser. */
export function useExport(namespace: string, only: ReadonlySet<string> | null, onDone: (count: number) => void): Working<TransferFormat> {
  const { reader } = useConsole();
  const mutation = useMutation({
    mutationFn: async (format: TransferFormat) => {
      const all = await reader.client.config.list(namespace, { ...reader.options(1), values: true, limit: 1000 }).all();
      const chosen = only === null ? all : all.filter(({ key }) => only.has(key));
      const content = await writeExport(
        format,
        namespace,
        chosen.map(({ key, type, value }) => ({ key, type, value: value ?? '' })),
      );
      download(exportName(namespace, format), content);
      return chosen.length;
    },
    onSuccess: onDone,
  });
  return { pending: mutation.isPending, error: mutation.error?.message ?? null, run: (format) => mutation.mutate(format) };
}

function download(name: string, content: string): void {
  const url = URL.createObjectURL(new Blob([content], { type: 'text/plain;charset=utf-8' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // After the browser has taken hold of it.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
