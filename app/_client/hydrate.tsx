'use client';

import type { DehydratedState } from '@tanstack/react-query';
import { HydrationBoundary, useQueryClient } from '@tanstack/react-query';
import type { ReactElement, ReactNode } from 'react';
import { useEffect, useEffectEvent, useMemo } from 'react';
import { onlyNewer } from '../../lib/queries/newest.ts';
import type { Dropped } from './console.tsx';
import { useConsole } from './console.tsx';

export interface HydrateProps {
  readonly state: DehydratedState;
  /** Versions that the server's render dropped. */
  readonly dropped: readonly Dropped[];
  readonly children: ReactNode;
}

/** Hands what the server has read to the page's cache, unless the cache holds something from a later version already. */
export function Hydrate({ state, dropped, children }: HydrateProps): ReactElement {
  const queries = useQueryClient();
  const { takeDropped } = useConsole();
  const take = useEffectEvent(takeDropped);
  useEffect(() => take(dropped), [dropped]);
  // Once per state: what was newer when it came is not judged again.
  const newer = useMemo(() => onlyNewer(state, queries), [state, queries]);
  return <HydrationBoundary state={newer}>{children}</HydrationBoundary>;
}
