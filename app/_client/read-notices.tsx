'use client';

import type { QueryKey } from '@tanstack/react-query';
import { useQueryClient } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { ReadFailure } from '../../components/entry/read-failure.tsx';
import { Waiting } from '../../components/entry/waiting.tsx';
import type { ReadState } from './read-state.ts';

export interface ReadNoticesProps {
  readonly state: ReadState;
  readonly queryKey: QueryKey;
  readonly hasData: boolean;
  /** Fetches the same query through the leader. */
  readonly readFromLeader: () => Promise<unknown>;
}

/** What a page says of a read that has not come, or did not. Nothing when all is well. */
export function ReadNotices({ state, queryKey, hasData, readFromLeader }: ReadNoticesProps): ReactElement | null {
  const queries = useQueryClient();
  const fromLeader = async (): Promise<void> => {
    // The read that waits would otherwise be taken for this one.
    await queries.cancelQueries({ queryKey, exact: true });
    await readFromLeader().catch(() => undefined);
  };
  if (state.waiting !== null) return <Waiting problem={state.waiting} showsOld={hasData} onReadFromLeader={() => void fromLeader()} />;
  if (state.failure === null) return null;
  const { code, message, problem } = state.failure;
  return <ReadFailure code={code} message={message} requestId={problem?.instance ?? null} onRetry={() => void queries.refetchQueries({ queryKey, exact: true })} />;
}
