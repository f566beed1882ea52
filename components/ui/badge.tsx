import type { ReactElement, ReactNode } from 'react';
import { cx } from './cx.ts';

const tones = {
  neutral: 'border-line text-ink-soft',
  accent: 'border-accent/30 bg-accent-wash text-accent',
  ok: 'border-ok/30 bg-ok-wash text-ok',
  warn: 'border-warn/30 bg-warn-wash text-warn',
  bad: 'border-bad/30 bg-bad-wash text-bad',
} as const;

export type Tone = keyof typeof tones;

export interface BadgeProps {
  readonly tone?: Tone | undefined;
  readonly className?: string | undefined;
  readonly children: ReactNode;
}

/** A word about what it stands beside. Colour only where the word means good or bad; the word says it without the colour. */
export function Badge({ tone = 'neutral', className, children }: BadgeProps): ReactElement {
  return (
    <span
      className={cx(
        'inline-flex h-5 shrink-0 items-center gap-1 rounded-full border px-2 text-2xs font-medium whitespace-nowrap [&_svg]:size-3',
        tones[tone],
        className,
      )}
    >
      {children}
    </span>
  );
}
