'use client';

import { useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import type { SaveOutcome } from '../../components/entry/save-outcome.ts';
import { systemEnvironment } from '../../lib/client/environment.ts';
import { ConfmanError } from '../../lib/client/errors.ts';
import type { EntryType } from '../../lib/contract/model.ts';
import { keys } from '../../lib/queries/keys.ts';
import type { EntryPages } from '../../lib/queries/patch-entries.ts';
import { withEntry } from '../../lib/queries/patch-entries.ts';
import { useConsole } from './console.tsx';

/** How long a save may take before its fate is told: longer than an election. */
const SAVE_MS = 12_000;

export interface SaveRequest {
  readonly value: string;
  readonly type: EntryType;
  readonly message: string;
  /** Version that the entry must be at; null: it must not exist. */
  readonly base: string | null;
}

export interface Saving {
  readonly outcome: SaveOutcome;
  /** Saves; the version that it was committed at, or null if it was not, or not for certain. */
  readonly save: (request: SaveRequest) => Promise<string | null>;
  /** Asks the node whether it would take the value. Only what is wrong with the value itself is told. */
  readonly check: (request: SaveRequest) => Promise<void>;
  readonly reset: () => void;
}

/** Saves one entry. The same request keeps its idempotency key, so asking again after a lost answer never writes twice. */
export function useSave(namespace: string, key: string): Saving {
  const { reader } = useConsole();
  const queries = useQueryClient();
  const [outcome, setOutcome] = useState<SaveOutcome>({ kind: 'idle' });
  const sent = useRef<{ readonly body: string; readonly idempotencyKey: string } | null>(null);

  const keyOf = (request: SaveRequest): string => {
    const body = JSON.stringify([namespace, key, request]);
    if (sent.current?.body !== body) sent.current = { body, idempotencyKey: systemEnvironment.uniqueId() };
    return sent.current.idempotencyKey;
  };

  const save = async (request: SaveRequest): Promise<string | null> => {
    setOutcome({ kind: 'saving' });
    const { value, type, message, base } = request;
    try {
      const answer = await reader.client.config.put(
        namespace,
        key,
        { value, type, ...(message === '' ? {} : { message }) },
        {
          idempotencyKey: keyOf(request),
          timeoutMs: SAVE_MS,
          ...(base === null ? { ifNoneMatch: '*' as const } : { ifMatch: base }),
        },
      );
      sent.current = null;
      const { version } = answer.data;
      queries.setQueryData(keys.entry(namespace, key), { data: { ...answer.data, value }, meta: answer.meta });
      // The list on the way back shows what was saved, however many pages of it were read before.
      const list = queries.getQueryData<EntryPages>(keys.entries(namespace));
      const patched = list === undefined ? null : withEntry(list, key, answer.data);
      if (patched !== null) queries.setQueryData(keys.entries(namespace), patched);
      const listed = patched !== null && patched.pages.length > 1;
      setOutcome({ kind: 'saved', version, replayed: answer.meta.replayed });
      void Promise.all([
        queries.invalidateQueries({ queryKey: keys.entry(namespace, key) }),
        queries.invalidateQueries({ queryKey: keys.namespace(namespace) }),
        ...(listed ? [] : [queries.invalidateQueries({ queryKey: keys.entries(namespace) })]),
        ...(answer.data.created ? [queries.invalidateQueries({ queryKey: keys.namespaces() })] : []),
      ]);
      return version;
    } catch (error) {
      setOutcome(outcomeOf(error));
      return null;
    }
  };

  const check = async ({ value, type }: SaveRequest): Promise<void> => {
    try {
      await reader.client.config.dryRun(namespace, key, { value, type }, { retry: false, timeoutMs: SAVE_MS });
    } catch (error) {
      // Whatever else is wrong will be said when it is saved, if it still is.
      if (error instanceof ConfmanError && (error.status === 422 || error.status === 413)) setOutcome(outcomeOf(error));
    }
  };

  return { outcome, save, check, reset: () => setOutcome({ kind: 'idle' }) };
}

/** What became of a write that failed. */
export function outcomeOf(error: unknown): SaveOutcome {
  if (!(error instanceof ConfmanError)) return { kind: 'unknown', message: error instanceof Error ? error.message : String(error) };
  const { code, message, problem } = error;
  switch (code) {
    case 'version-conflict':
      return { kind: 'conflict', current: problem?.current ?? null };
    case 'unauthenticated':
      return { kind: 'signed-out' };
    // Sent, perhaps: no answer came, or one that does not tell.
    case 'write-outcome-unknown':
    case 'unreachable':
    case 'deadline':
    case 'invalid-answer':
    case 'aborted':
    case 'internal-error':
      return { kind: 'unknown', message };
    default:
      return { kind: 'refused', code, message, problem };
  }
}
