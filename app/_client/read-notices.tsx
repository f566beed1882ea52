'use client';

import type { QueryKey } from '@tanstack/react-query';
import { useQueryClient } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { ReadFailure } from '../../components/entry/read-failure.tsx';
import { Waiting } from '../../components/entry/waiting.tsx';
import { reaches } from '../../lib/queries/newest.ts';
import { useConsole } from './console.tsx';
import type { ReadState } from './read-state.ts';

export interface ReadNoticesProps {
  readonly state: ReadState;
  readonly queryKey: QueryKey;
  readonly data: unknown;
}

/** What a page says of a read that has not come, or did not. Nothing when all is well. */
export function ReadNotices({ state, queryKey, data }: ReadNoticesProps): ReactElement | null {
  const queries = useQueryClient();
  const { readFromLeader } = useConsole();
  if (state.waiting !== null) {
    const required = state.waiting.groups?.[0]?.required;
    const shown = data === undefined ? 'nothing' : required !== undefined && reaches(data, required) ? 'required' : 'old';
    return <Waiting problem={state.waiting} shown={shown} onReadFromLeader={() => void readFromLeader()} />;
  }
  if (state.failure === null) return null;
  const { code, message, problem } = state.failure;
  return (
    <ReadFailure
      code={code}
      message={message}
      requestId={problem?.instance ?? null}
      onRetry={() => void queries.refetchQueries({ queryKey, exact: true })}
    />
  );
}
