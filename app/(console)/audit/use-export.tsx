'use client';

import type { ReactElement } from 'react';
import { useEffect, useRef, useState } from 'react';
import { auditText } from '../../../components/catalogue/audit.ts';
import { Button } from '../../../components/ui/button.tsx';
import { Notice } from '../../../components/ui/notice.tsx';
import { toast } from '../../../components/ui/toast.ts';
import type { AuditFilter } from '../../../lib/queries/audit-filter.ts';
import { useConsole } from '../../_client/console.tsx';

type Progress =
  | { readonly kind: 'idle' }
  | { readonly kind: 'running'; readonly bytes: number }
  | { readonly kind: 'failed'; readonly message: string };

export interface Exporting {
  readonly running: boolean;
  readonly start: () => void;
  /** How far it is, with the way to stop it; or why it failed. */
  readonly notice: ReactElement | null;
}

/** Fetches all events that match, piece by piece, and hands them to the browser as a file: whole, or not at all. */
export function useExport(filter: AuditFilter): Exporting {
  const { reader } = useConsole();
  const [progress, setProgress] = useState<Progress>({ kind: 'idle' });
  const running = useRef<AbortController | null>(null);
  useEffect(() => () => running.current?.abort(), []);

  const run = async (): Promise<void> => {
    const ending = new AbortController();
    running.current = ending;
    const pieces: Uint8Array<ArrayBuffer>[] = [];
    let bytes = 0;
    setProgress({ kind: 'running', bytes });
    try {
      for await (const piece of reader.client.exportAudit({ ...reader.options(1), ...filter, signal: ending.signal })) {
        pieces.push(Uint8Array.from(piece));
        bytes += piece.length;
        setProgress({ kind: 'running', bytes });
      }
      save(new Blob(pieces, { type: 'application/x-ndjson' }), `audit-${new Date().toISOString().slice(0, 19).replaceAll(':', '')}.ndjson`);
      toast({ title: auditText.exported(auditText.bytes(bytes)), look: 'ok' });
      setProgress({ kind: 'idle' });
    } catch (error) {
      setProgress(
        ending.signal.aborted ? { kind: 'idle' } : { kind: 'failed', message: error instanceof Error ? error.message : String(error) },
      );
    }
  };

  return {
    running: progress.kind === 'running',
    start: () => void run(),
    notice:
      progress.kind === 'idle' ? null : (
        <div className="border-b p-3">
          {progress.kind === 'running' ? (
            <Notice
              look="info"
              live="polite"
              title={auditText.exporting(auditText.bytes(progress.bytes))}
              actions={
                <Button size="sm" onClick={() => running.current?.abort()}>
                  {auditText.stop}
                </Button>
              }
            />
          ) : (
            <Notice look="bad" live="assertive" title={auditText.exportFailed}>
              {progress.message}
            </Notice>
          )}
        </div>
      ),
  };
}

function save(file: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
