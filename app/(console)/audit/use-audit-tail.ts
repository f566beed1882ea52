'use client';

import { useState } from 'react';
import type { AuditEvent } from '../../../lib/contract/model.ts';
import type { AuditFilter } from '../../../lib/queries/audit-filter.ts';
import { matchesAudit } from '../../../lib/queries/audit-filter.ts';
import { useLiveEvents } from '../../_client/live.tsx';

/** More than this nobody reads one by one. */
const WAITING_MAX = 500;

interface Tail {
  readonly filter: AuditFilter;
  /** Oldest first. */
  readonly waiting: readonly AuditEvent[];
  readonly shown: readonly AuditEvent[];
  readonly capped: boolean;
}

export interface AuditTail {
  /** Events that have come and match, not shown yet. Oldest first. */
  readonly waiting: readonly AuditEvent[];
  /** Those that the reader has asked to see. */
  readonly shown: readonly AuditEvent[];
  /** More came than are held. */
  readonly capped: boolean;
  readonly show: () => void;
}

function empty(filter: AuditFilter): Tail {
  return { filter, waiting: [], shown: [], capped: false };
}

/** Events of the stream that match, gathered until the reader asks for them. Another filter begins anew. */
export function useAuditTail(filter: AuditFilter, following: boolean): AuditTail {
  const [tail, setTail] = useState(() => empty(filter));
  if (tail.filter !== filter) setTail(empty(filter));

  useLiveEvents((kind, data) => {
    if (kind !== 'audit' || !following) return;
    const event = data as AuditEvent;
    if (!matchesAudit(filter, event)) return;
    setTail((before) => {
      if ([...before.waiting, ...before.shown].some(({ id }) => id === event.id)) return before;
      const capped = before.waiting.length >= WAITING_MAX;
      return { ...before, waiting: [...(capped ? before.waiting.slice(1) : before.waiting), event], capped: before.capped || capped };
    });
  });

  return {
    ...tail,
    show: () => setTail((before) => ({ ...before, waiting: [], shown: [...before.shown, ...before.waiting], capped: false })),
  };
}
