'use client';

import type { ReactElement } from 'react';
import type { Problem } from '../../lib/contract/schemas/problem.ts';
import { text } from '../catalogue.ts';
import { Button } from '../ui/button.tsx';
import { Notice } from '../ui/notice.tsx';
import { useHydrated } from '../ui/use-hydrated.ts';

export interface WaitingProps {
  /** The last `version-not-reached` answer. */
  readonly problem: Problem;
  /** What is on the screen below: nothing yet, something that may be older, or the very version that the node lacks. */
  readonly shown: 'nothing' | 'old' | 'required';
  readonly onReadFromLeader: () => void;
}

/** A node is behind what this browser has seen: says how far, and offers the leader. Nothing old passes for new meanwhile. */
export function Waiting({ problem, shown, onReadFromLeader }: WaitingProps): ReactElement {
  const report = problem.groups?.[0];
  const hydrated = useHydrated();
  return (
    <Notice
      look="wait"
      live="polite"
      title={report === undefined ? text.waiting.plain : text.waiting.title(report.node, report.applied, bare(report.required))}
      actions={
        <Button size="sm" disabled={!hydrated} onClick={onReadFromLeader}>
          {text.waiting.fromLeader}
        </Button>
      }
    >
      {bodies[shown]}
      {report?.reason === undefined ? null : ` ${text.waiting.reason(report.reason)}`}
    </Notice>
  );
}

const bodies = { nothing: text.waiting.body, old: text.waiting.bodyOld, required: text.waiting.bodyRequired } as const;

/** A version without its history: what people compare. */
function bare(version: string): string {
  return version.slice(version.indexOf('/') + 1);
}
