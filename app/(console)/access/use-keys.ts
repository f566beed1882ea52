'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { systemEnvironment } from '../../../lib/client/environment.ts';
import type { CreateKeyRequest } from '../../../lib/contract/schemas/access.ts';
import { keys } from '../../../lib/queries/keys.ts';
import { useConsole } from '../../_client/console.tsx';

/** A key that was just made. The secret is nowhere but here. */
export interface NewKey {
  readonly name: string;
  readonly secret: string | null;
}

export interface CreatingKey {
  readonly pending: boolean;
  readonly error: string | null;
  readonly created: NewKey | null;
  readonly submit: (request: CreateKeyRequest) => void;
  /** Drops the secret for good. */
  readonly forget: () => void;
  readonly reset: () => void;
}

/** Creates an API key. A request that is sent again keeps its idempotency key, so it makes one key at most. */
export function useCreateKey(onCreated: () => void): CreatingKey {
  const { reader } = useConsole();
  const queries = useQueryClient();
  const [created, setCreated] = useState<NewKey | null>(null);
  const sent = useRef<{ readonly body: string; readonly idempotencyKey: string } | null>(null);
  const mutation = useMutation({
    mutationFn: async (request: CreateKeyRequest) => {
      const body = JSON.stringify(request);
      if (sent.current?.body !== body) sent.current = { body, idempotencyKey: systemEnvironment.uniqueId() };
      return reader.client.keys.create(request, { idempotencyKey: sent.current.idempotencyKey });
    },
    onSuccess: ({ data }) => {
      sent.current = null;
      setCreated({ name: data.name, secret: data.secret });
      onCreated();
      void queries.invalidateQueries({ queryKey: keys.apiKeys() });
    },
    // The answer holds the secret: it is not to stay in a cache.
    gcTime: 0,
  });
  return {
    pending: mutation.isPending,
    error: mutation.error?.message ?? null,
    created,
    submit: (request) => mutation.mutate(request),
    forget: () => {
      setCreated(null);
      mutation.reset();
    },
    reset: () => mutation.reset(),
  };
}

export interface RevokingKey {
  readonly pending: boolean;
  readonly error: string | null;
  readonly submit: (id: string) => void;
  readonly reset: () => void;
}

export function useRevokeKey(onRevoked: (id: string) => void): RevokingKey {
  const { reader } = useConsole();
  const queries = useQueryClient();
  const mutation = useMutation({
    mutationFn: async (id: string) => reader.client.keys.revoke(id),
    onSuccess: async (_answer, id) => {
      onRevoked(id);
      await queries.invalidateQueries({ queryKey: keys.apiKeys() });
    },
  });
  return {
    pending: mutation.isPending,
    error: mutation.error?.message ?? null,
    submit: (id) => mutation.mutate(id),
    reset: () => mutation.reset(),
  };
}
