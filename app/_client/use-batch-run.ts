'use client';

import { useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import type { RunState } from '../../components/config/transfer/run-state.ts';
import { inBatches } from '../../components/config/transfer/batches.ts';
import { systemEnvironment } from '../../lib/client/environment.ts';
import { ConfmanError } from '../../lib/client/errors.ts';
import type { BatchOperation } from '../../lib/contract/schemas/entries.ts';
import { keys } from '../../lib/queries/keys.ts';
import { useConsole } from './console.tsx';

/** How long one batch may take before its fate is told: longer than an election. */
const BATCH_MS = 15_000;

export interface BatchRun {
  readonly state: RunState;
  /** Carries operations out, as many at once as the API takes. Each batch happens as a whole or not at all. */
  readonly start: (operations: readonly BatchOperation[], message: string) => Promise<boolean>;
  /** Goes on with the batch that failed; a batch whose fate is not known is asked for again and never carried out twice. */
  readonly resume: () => Promise<boolean>;
  /** Goes on without the entry that the batch was refused for. */
  readonly skip: () => Promise<boolean>;
  /** No further batch is sent. */
  readonly cancel: () => void;
  readonly reset: () => void;
}

interface Work {
  batches: readonly (readonly BatchOperation[])[];
  readonly message: string;
  /** Of the batch that is next: kept until it is known to be done. */
  idempotencyKey: string;
  next: number;
  cancelled: boolean;
}

/** Long work on the entries of one namespace, with progress, and with the truth about where it stopped. */
export function useBatchRun(namespace: string): BatchRun {
  const { reader } = useConsole();
  const queries = useQueryClient();
  const [state, setState] = useState<RunState>({ kind: 'idle' });
  const work = useRef<Work | null>(null);

  const go = async (job: Work): Promise<boolean> => {
    const total = job.batches.reduce((sum, batch) => sum + batch.length, 0);
    const done = (): number => job.batches.slice(0, job.next).reduce((sum, batch) => sum + batch.length, 0);
    try {
      for (let batch = job.batches[job.next]; batch !== undefined; batch = job.batches[job.next]) {
        if (job.cancelled) {
          setState({ kind: 'cancelled', done: done(), total });
          return false;
        }
        setState({ kind: 'running', done: done(), total });
        const { message, idempotencyKey } = job;
        await reader.client.config.batch(
          namespace,
          { operations: [...batch], ...(message === '' ? {} : { message }) },
          { idempotencyKey, timeoutMs: BATCH_MS },
        );
        job.next += 1;
        job.idempotencyKey = systemEnvironment.uniqueId();
      }
      setState({ kind: 'done', done: total, total });
      work.current = null;
      return true;
    } catch (error) {
      setState({ ...failureOf(error, job.batches[job.next] ?? []), done: done(), total });
      return false;
    } finally {
      void queries.invalidateQueries({ queryKey: keys.entries(namespace) });
      void queries.invalidateQueries({ queryKey: keys.namespace(namespace) });
      void queries.invalidateQueries({ queryKey: keys.namespaces() });
      void queries.invalidateQueries({ queryKey: ['entry', namespace] });
    }
  };

  return {
    state,
    start: (operations, message) => {
      const job = { batches: inBatches(operations), message, idempotencyKey: systemEnvironment.uniqueId(), next: 0, cancelled: false };
      work.current = job;
      return go(job);
    },
    resume: async () => {
      const job = work.current;
      if (job === null) return false;
      job.cancelled = false;
      return go(job);
    },
    skip: async () => {
      const job = work.current;
      if (job === null || state.kind !== 'failed' || state.key === null) return false;
      const { next } = job;
      const rest = job.batches[next]?.filter(({ key }) => key !== state.key) ?? [];
      job.batches = [...job.batches.slice(0, next), ...(rest.length === 0 ? [] : [rest]), ...job.batches.slice(next + 1)];
      // Another batch than the one that was refused.
      job.idempotencyKey = systemEnvironment.uniqueId();
      return go(job);
    },
    cancel: () => {
      if (work.current !== null) work.current.cancelled = true;
    },
    reset: () => {
      work.current = null;
      setState({ kind: 'idle' });
    },
  };
}

/** Answers after which nobody knows whether the batch was carried out. */
const UNKNOWN: readonly string[] = ['write-outcome-unknown', 'unreachable', 'deadline', 'invalid-answer', 'aborted', 'internal-error'];

function failureOf(
  error: unknown,
  batch: readonly BatchOperation[],
): {
  readonly kind: 'failed';
  readonly message: string;
  readonly unknown: boolean;
  readonly key: string | null;
  readonly retryable: boolean;
} {
  if (!(error instanceof ConfmanError)) throw error;
  const { code, message, problem, retryable } = error;
  const at = problem?.operation;
  const unknown = UNKNOWN.includes(code);
  return {
    kind: 'failed',
    message,
    unknown,
    key: at === undefined ? null : (batch[at]?.key ?? null),
    retryable: unknown || retryable || code === 'unauthenticated',
  };
}
