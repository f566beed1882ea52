'use client';

import { useEffect, useEffectEvent, useReducer, useState } from 'react';
import type { Base, Draft, DraftAction } from '../../components/entry/draft.ts';
import { draftReducer, isDirty, newDraft } from '../../components/entry/draft.ts';
import { ENTRY_TYPES } from '../../lib/contract/model.ts';

/** How long typing rests before it is kept. */
const KEEP_MS = 300;

export interface DraftState {
  readonly draft: Draft;
  readonly act: (action: DraftAction) => void;
  /** What is shown was typed before, and kept in this browser. */
  readonly restored: boolean;
}

/**
 * What is being typed, kept in this browser until it is saved or discarded: a closed tab, a crash or an expired session
 * loses nothing.
 *
 * @param name of the draft, unique per cluster and entry
 * @param base the entry as read; null for a new one
 */
export function useDraft(name: string, base: Base | null): DraftState {
  const [draft, act] = useReducer(draftReducer, base, (first) => newDraft(first));
  const [restored, setRestored] = useState(false);
  const [looked, setLooked] = useState(false);

  const restore = useEffectEvent((from: string) => {
    const kept = readDraft(from);
    setLooked(true);
    if (kept === null || !isDirty(kept) || (kept.value === draft.value && kept.type === draft.type)) return;
    act({ type: 'restored', draft: kept });
    setRestored(true);
  });
  // oxlint-disable-next-line react/set-state-in-effect -- the server's render, which the first one here must equal, has no storage
  useEffect(() => restore(name), [name]);

  useEffect(() => {
    if (base !== null) act({ type: 'read', base });
  }, [base]);

  useEffect(() => {
    // Not before the kept one was looked at: it would be overwritten by nothing.
    if (!looked) return;
    const timer = setTimeout(() => keepDraft(name, isDirty(draft) ? draft : null), KEEP_MS);
    return () => clearTimeout(timer);
  }, [name, draft, looked]);

  // A page that goes away does not wait for the pause.
  const keepNow = useEffectEvent(() => {
    if (looked) keepDraft(name, isDirty(draft) ? draft : null);
  });
  useEffect(() => {
    const onHide = (): void => keepNow();
    window.addEventListener('pagehide', onHide);
    return () => {
      window.removeEventListener('pagehide', onHide);
      onHide();
    };
  }, []);

  return { draft, act, restored: restored && isDirty(draft) };
}

function readDraft(name: string): Draft | null {
  try {
    const text = localStorage.getItem(name);
    return text === null ? null : parseDraft(JSON.parse(text));
  } catch {
    return null;
  }
}

function keepDraft(name: string, draft: Draft | null): void {
  try {
    if (draft === null) localStorage.removeItem(name);
    else localStorage.setItem(name, JSON.stringify({ ...draft, newer: null }));
  } catch {
    // Storage is off or full: the page still holds what was typed.
  }
}

function parseDraft(content: unknown): Draft | null {
  if (typeof content !== 'object' || content === null) return null;
  const { base, value, type } = content as Partial<Draft>;
  if (typeof value !== 'string' || type === undefined || !ENTRY_TYPES.includes(type)) return null;
  if (base === null) return { base, value, type, newer: null };
  if (typeof base !== 'object' || typeof base.version !== 'string' || typeof base.value !== 'string') return null;
  return { base, value, type, newer: null };
}
