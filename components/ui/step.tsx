import { Check } from 'lucide-react';
import type { ReactElement, ReactNode } from 'react';
import { text } from '../catalogue.ts';
import { cx } from './cx.ts';

/** `stuck`: where it is now, and does not go on by itself. */
export type StepState = 'done' | 'now' | 'stuck' | 'later';

/** A line of a list of steps: which are done, and where it is now. */
export function Step({ state, children }: { readonly state: StepState; readonly children: ReactNode }): ReactElement {
  return (
    <li className={cx('flex items-start gap-2', state === 'later' && 'text-ink-faint', state === 'stuck' && 'text-warn')}>
      <span
        aria-hidden
        className={cx(
          'mt-0.5 flex size-4 shrink-0 items-center justify-center rounded-full border',
          state === 'done' && 'border-ok bg-ok text-surface',
          state === 'now' && 'border-2 border-accent motion-safe:animate-pulse',
          state === 'stuck' && 'border-2 border-warn',
          state === 'later' && 'border-line-strong',
        )}
      >
        {state === 'done' ? <Check className="size-3" strokeWidth={3} /> : null}
      </span>
      <span className={cx((state === 'now' || state === 'stuck') && 'font-medium')}>
        {children}
        <span className="sr-only">, {text.steps[state]}</span>
      </span>
    </li>
  );
}
