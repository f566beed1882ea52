'use client';

import { useEffect, useRef, useState } from 'react';
import type { Problem as ProblemBody } from '../../lib/contract/schemas/problem.ts';

export type Backup =
  | { readonly kind: 'idle' }
  | { readonly kind: 'running'; readonly bytes: number; readonly ofBytes: number | null }
  | { readonly kind: 'done'; readonly name: string; readonly bytes: number; readonly version: string | null }
  | { readonly kind: 'failed'; readonly message: string };

export interface BackingUp {
  readonly state: Backup;
  readonly start: () => void;
  readonly cancel: () => void;
}

/**
 * Fetches a backup of the cluster and hands it to the browser as a file, once it is there in full: what is cut off on the way
 * must not lie around looking like a backup.
 */
export function useBackup(): BackingUp {
  const [state, setState] = useState<Backup>({ kind: 'idle' });
  const running = useRef<AbortController | null>(null);
  useEffect(() => () => running.current?.abort(), []);

  const fetchAll = async (signal: AbortSignal): Promise<Backup> => {
    const answer = await fetch('/api/v1/backup', { method: 'POST', headers: { accept: 'application/octet-stream' }, signal });
    if (!answer.ok || answer.body === null) return { kind: 'failed', message: await messageOf(answer) };
    const length = answer.headers.get('content-length');
    const ofBytes = length === null ? null : Number(length);
    let bytes = 0;
    const counted = answer.body.pipeThrough(
      new TransformStream<Uint8Array, Uint8Array>({
        transform(chunk, controller) {
          bytes += chunk.byteLength;
          setState({ kind: 'running', bytes, ofBytes });
          controller.enqueue(chunk);
        },
      }),
    );
    const blob = await new Response(counted).blob();
    if (ofBytes !== null && blob.size !== ofBytes) return { kind: 'failed', message: `${blob.size} of ${ofBytes} bytes came` };
    const name = /filename="([^"]+)"/.exec(answer.headers.get('content-disposition') ?? '')?.[1] ?? 'cluster.confman-backup';
    save(blob, name);
    return { kind: 'done', name, bytes: blob.size, version: answer.headers.get('x-confman-version') };
  };

  return {
    state,
    start: () => {
      if (running.current !== null) return;
      const ending = new AbortController();
      running.current = ending;
      setState({ kind: 'running', bytes: 0, ofBytes: null });
      fetchAll(ending.signal)
        .then(setState, (error: unknown) =>
          setState(
            ending.signal.aborted ? { kind: 'idle' } : { kind: 'failed', message: error instanceof Error ? error.message : String(error) },
          ),
        )
        .finally(() => {
          running.current = null;
        });
    },
    cancel: () => running.current?.abort(),
  };
}

async function messageOf(answer: Response): Promise<string> {
  try {
    const { title, detail } = (await answer.json()) as Partial<ProblemBody>;
    return detail !== undefined && detail !== '' ? detail : (title ?? `HTTP ${answer.status}`);
  } catch {
    return `HTTP ${answer.status}`;
  }
}

function save(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The browser has taken it up by then.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
