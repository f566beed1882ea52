import type { ReactElement } from 'react';
import { entryText } from '../../catalogue/entry.ts';
import { text } from '../../catalogue.ts';
import { workText } from '../../catalogue/config-work.ts';
import { Button } from '../../ui/button.tsx';
import { Notice } from '../../ui/notice.tsx';
import type { RunState } from './run-state.ts';

export interface RunNoticeProps {
  readonly state: RunState;
  readonly onResume: () => void;
  readonly onSkip: () => void;
}

/** How far long work is, as a bar and in words; where it stopped, why, and how to go on. */
export function RunNotice({ state, onResume, onSkip }: RunNoticeProps): ReactElement | null {
  switch (state.kind) {
    case 'idle':
      return null;
    case 'running':
      return (
        <div className="flex flex-col gap-1.5">
          <progress
            aria-label={workText.run.progress}
            value={state.done}
            max={Math.max(1, state.total)}
            className="h-1.5 w-full overflow-hidden rounded-full [&::-moz-progress-bar]:bg-accent [&::-webkit-progress-bar]:bg-line [&::-webkit-progress-value]:bg-accent"
          />
          <output className="tnum text-xs text-ink-soft">{workText.run.running(state.done, state.total)}</output>
        </div>
      );
    case 'done':
      return <Notice look="ok" live="polite" title={workText.run.done(state.total)} />;
    case 'cancelled':
      return (
        <Notice
          look="info"
          live="polite"
          title={workText.run.cancelled(state.done, state.total)}
          actions={
            <Button size="sm" onClick={onResume}>
              {workText.run.goOn}
            </Button>
          }
        >
          {workText.run.cancelledHint}
        </Notice>
      );
    case 'failed':
      return (
        <Notice
          look={state.unknown ? 'warn' : 'bad'}
          live="assertive"
          title={state.unknown ? workText.run.unknown(state.done, state.total) : workText.run.failed(state.done, state.total)}
          actions={
            state.retryable ? (
              <Button size="sm" onClick={onResume}>
                {state.unknown ? entryText.failure.askAgain : text.tryAgain}
              </Button>
            ) : state.key === null ? undefined : (
              <Button size="sm" onClick={onSkip}>
                {workText.run.skip}
              </Button>
            )
          }
        >
          {state.key === null ? null : <span className="font-mono">{state.key}: </span>}
          {state.message} {workText.run.failedHint}
        </Notice>
      );
  }
}
