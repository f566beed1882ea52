'use client';

import { useEffect, useRef, useState } from 'react';
import type { Attempt } from '../../../components/reference/answer-panel.tsx';
import { SHOWN_BYTES_MAX } from '../../../components/reference/answer-panel.tsx';
import type { TriedRequest } from '../../../components/reference/request.ts';
import { useConsole } from '../../_client/console.tsx';

export interface Attempting {
  readonly attempt: Attempt;
  readonly running: boolean;
  readonly send: (request: TriedRequest) => void;
  readonly stop: () => void;
}

/**
 * Sends a request as it stands, with the session's cookie, and shows its answer as it comes: streams too, up to a bound. Neither
 * retried nor made to wait: what is shown is what the node said. Its token counts as seen.
 */
export function useAttempt(): Attempting {
  const { reader } = useConsole();
  const [attempt, setAttempt] = useState<Attempt>({ kind: 'none' });
  const running = useRef<AbortController | null>(null);
  const gone = useRef(false);
  useEffect(() => {
    gone.current = false;
    return () => {
      gone.current = true;
      running.current?.abort();
    };
  }, []);

  const run = async ({ method, url, headers, body }: TriedRequest): Promise<void> => {
    running.current?.abort();
    const ending = new AbortController();
    running.current = ending;
    const show = (next: Attempt): void => {
      if (running.current === ending && !gone.current) setAttempt(next);
    };
    show({ kind: 'sent' });
    const startedAt = performance.now();
    try {
      const answer = await fetch(url, {
        method,
        headers,
        signal: ending.signal,
        credentials: 'same-origin',
        cache: 'no-store',
        ...(body === null ? {} : { body }),
      });
      const token = answer.headers.get('x-confman-token');
      if (token !== null) reader.client.session.observe(token);
      const head = {
        kind: 'answered',
        status: answer.status,
        statusText: answer.statusText,
        ms: Math.round(performance.now() - startedAt),
        headers: [...answer.headers],
      } as const;
      await readBody(answer, ending, (shown, end) => show({ ...head, body: shown, end }));
    } catch (error) {
      if (!ending.signal.aborted) show({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
    }
  };

  return {
    attempt,
    running: attempt.kind === 'sent' || (attempt.kind === 'answered' && attempt.end === 'open'),
    send: (request) => void run(request),
    stop: () => {
      running.current?.abort();
      setAttempt((now) =>
        now.kind === 'answered' && now.end === 'open' ? { ...now, end: 'stopped' } : now.kind === 'sent' ? { kind: 'none' } : now,
      );
    },
  };
}

type Show = (body: string, end: 'open' | 'whole' | 'cut') => void;

async function readBody(answer: Response, ending: AbortController, show: Show): Promise<void> {
  const reader = answer.body?.getReader();
  const decoder = new TextDecoder();
  let body = '';
  let bytes = 0;
  show(body, 'open');
  for (;;) {
    const { done, value } = (await reader?.read()) ?? { done: true, value: undefined };
    if (done) {
      show(body + decoder.decode(), 'whole');
      return;
    }
    bytes += value.length;
    body += decoder.decode(value, { stream: true });
    if (bytes > SHOWN_BYTES_MAX) {
      show(body.slice(0, SHOWN_BYTES_MAX), 'cut');
      ending.abort();
      return;
    }
    show(body, 'open');
  }
}
