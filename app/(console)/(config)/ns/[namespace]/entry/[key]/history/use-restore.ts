'use client';

import { useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import type { SaveOutcome } from '../../../../../../../../components/entry/save-outcome.ts';
import { systemEnvironment } from '../../../../../../../../lib/client/environment.ts';
import { keys } from '../../../../../../../../lib/queries/keys.ts';
import { useConsole } from '../../../../../../../_client/console.tsx';
import { outcomeOf } from '../../../../../../../_client/use-save.ts';

/** How long a restore may take before its fate is told: longer than an election. */
const RESTORE_MS = 12_000;

export interface RestoreCall {
  readonly revision: number;
  readonly message: string;
  /** Version that the entry must be at; null: it must be deleted. */
  readonly base: string | null;
}

export interface Restoring {
  readonly outcome: SaveOutcome;
  /** Restores; the number of the new revision, or null if there is none, or not for certain. */
  readonly restore: (call: RestoreCall) => Promise<number | null>;
  readonly reset: () => void;
}

/** Restores a revision of one key, unless somebody changed the key in between. The same request keeps its idempotency key. */
export function useRestore(namespace: string, key: string): Restoring {
  const { reader } = useConsole();
  const queries = useQueryClient();
  const [outcome, setOutcome] = useState<SaveOutcome>({ kind: 'idle' });
  const sent = useRef<{ readonly body: string; readonly idempotencyKey: string } | null>(null);

  const refresh = async (created: boolean): Promise<void> => {
    await Promise.all([
      queries.invalidateQueries({ queryKey: keys.history(namespace, key) }),
      queries.invalidateQueries({ queryKey: keys.entry(namespace, key) }),
      queries.invalidateQueries({ queryKey: keys.entries(namespace) }),
      queries.invalidateQueries({ queryKey: keys.deleted(namespace) }),
      ...(created
        ? [queries.invalidateQueries({ queryKey: keys.namespaces() }), queries.invalidateQueries({ queryKey: keys.namespace(namespace) })]
        : []),
    ]);
  };

  const restore = async (call: RestoreCall): Promise<number | null> => {
    const body = JSON.stringify([namespace, key, call]);
    if (sent.current?.body !== body) sent.current = { body, idempotencyKey: systemEnvironment.uniqueId() };
    setOutcome({ kind: 'saving' });
    const { revision, message, base } = call;
    try {
      const { data, meta } = await reader.client.config.restore(
        namespace,
        key,
        { revision, ...(message === '' ? {} : { message }) },
        {
          idempotencyKey: sent.current.idempotencyKey,
          timeoutMs: RESTORE_MS,
          ...(base === null ? { ifNoneMatch: '*' as const } : { ifMatch: base }),
        },
      );
      sent.current = null;
      setOutcome({ kind: 'saved', version: data.version, replayed: meta.replayed });
      void refresh(data.created);
      return data.revision;
    } catch (error) {
      const failed = outcomeOf(error);
      // What is there now belongs beside the question, before it is asked again.
      if (failed.kind === 'conflict') await refresh(true);
      setOutcome(failed);
      return null;
    }
  };

  return { outcome, restore, reset: () => setOutcome({ kind: 'idle' }) };
}
