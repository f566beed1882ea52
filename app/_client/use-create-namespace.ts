'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { text } from '../../components/catalogue.ts';
import type { NewNamespace } from '../../components/config/new-namespace-dialog.tsx';
import { ConfmanError } from '../../lib/client/errors.ts';
import { keys } from '../../lib/queries/keys.ts';
import { useConsole } from './console.tsx';

export interface CreatingNamespace {
  readonly pending: boolean;
  readonly error: string | null;
  readonly submit: (namespace: NewNamespace) => void;
}

/** Creates a namespace; one that is there already is not touched. Refreshes the tree and the namespace. */
export function useCreateNamespace(onCreated: (namespace: string) => void): CreatingNamespace {
  const { reader } = useConsole();
  const queries = useQueryClient();
  const mutation = useMutation({
    mutationFn: async ({ namespace, description, owner }: NewNamespace) => {
      if (await exists(namespace)) throw new NamespaceExistsError();
      return reader.client.namespaces.put(namespace, {
        ...(description === '' ? {} : { description }),
        ...(owner === '' ? {} : { owner }),
      });
    },
    onSuccess: async (_answer, { namespace }) => {
      await Promise.all([
        queries.invalidateQueries({ queryKey: keys.namespaces() }),
        queries.invalidateQueries({ queryKey: keys.namespace(namespace) }),
      ]);
      onCreated(namespace);
    },
  });

  async function exists(namespace: string): Promise<boolean> {
    try {
      await reader.client.namespaces.get(namespace, reader.options(1));
      return true;
    } catch (error) {
      if (error instanceof ConfmanError && error.status === 404) return false;
      throw error;
    }
  }

  const { error } = mutation;
  return {
    pending: mutation.isPending,
    error: error === null ? null : error instanceof NamespaceExistsError ? text.newNamespace.exists : error.message,
    submit: (namespace) => mutation.mutate(namespace),
  };
}

class NamespaceExistsError extends Error {
  override readonly name = 'NamespaceExistsError';
}
