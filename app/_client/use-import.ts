'use client';

import { useEffect, useEffectEvent, useState } from 'react';
import { workText } from '../../components/catalogue/config-work.ts';
import type { ImportSource } from '../../components/config/dialogs/import-source.tsx';
import { emptySource, SOURCE_MIB_MAX } from '../../components/config/dialogs/import-source.tsx';
import { fileEntries } from '../../components/config/transfer/file-entries.ts';
import { parseDocument } from '../../components/config/transfer/parse-import.ts';
import type { ImportRow } from '../../components/config/transfer/plan-import.ts';
import { planImport } from '../../components/config/transfer/plan-import.ts';
import { ConfmanError } from '../../lib/client/errors.ts';
import { useConsole } from './console.tsx';

/** A pasted document is read when typing rests. */
const REST_MS = 400;

export interface Importing {
  readonly source: ImportSource;
  readonly setSource: (source: ImportSource) => void;
  readonly plan: readonly ImportRow[] | null;
  readonly fault: string | null;
  readonly comparing: boolean;
}

/** What an import would do to a namespace, worked out anew whenever its source changes. */
export function useImport(namespace: string): Importing {
  const { reader } = useConsole();
  const [source, setSourceState] = useState<ImportSource>(emptySource);
  const [result, setResult] = useState<{ readonly plan: readonly ImportRow[] | null; readonly fault: string | null }>({
    plan: null,
    fault: null,
  });
  const [comparing, setComparing] = useState(false);

  const setSource = (next: ImportSource): void => {
    setSourceState(next);
    setResult({ plan: null, fault: next.tooLarge ? workText.import.tooLarge(SOURCE_MIB_MAX) : null });
    setComparing(!isEmpty(next));
  };

  const compare = useEffectEvent(async (from: ImportSource, signal: AbortSignal): Promise<void> => {
    try {
      const parsed =
        from.kind === 'files'
          ? { kind: 'entries' as const, entries: await fileEntries(from.files) }
          : await parseDocument(from.format, from.document);
      if (signal.aborted) return;
      if (parsed.kind === 'fault') {
        setResult({ plan: null, fault: `${workText.import.unreadable(workText.import.formats[from.format])}: ${parsed.message}` });
        return;
      }
      const plan = await planImport(parsed.entries, await existing(signal));
      if (!signal.aborted) setResult({ plan, fault: null });
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof ConfmanError)) throw error;
      setResult({ plan: null, fault: error.message });
    } finally {
      if (!signal.aborted) setComparing(false);
    }
  });

  async function existing(signal: AbortSignal) {
    try {
      return await reader.client.config.list(namespace, { ...reader.options(1), values: true, limit: 1000, signal }).all();
    } catch (error) {
      if (error instanceof ConfmanError && error.code === 'namespace-not-found') return [];
      throw error;
    }
  }

  useEffect(() => {
    if (isEmpty(source)) return;
    const ending = new AbortController();
    const soon = setTimeout(() => void compare(source, ending.signal), REST_MS);
    return () => {
      clearTimeout(soon);
      ending.abort();
    };
  }, [source]);

  return { source, setSource, comparing, ...result };
}

function isEmpty({ kind, document, files }: ImportSource): boolean {
  return kind === 'document' ? document.trim() === '' : files.length === 0;
}
