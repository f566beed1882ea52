import type { ReactElement } from 'react';
import { cx } from './cx.ts';

const widths = ['w-40', 'w-64', 'w-52', 'w-24', 'w-56', 'w-36', 'w-60', 'w-44'] as const;

/** Lines of text that are on their way. */
export function SkeletonLines({
  lines = 4,
  className,
}: {
  readonly lines?: number;
  readonly className?: string | undefined;
}): ReactElement {
  return (
    <div className={cx('flex flex-col gap-3', className)} aria-hidden>
      {Array.from({ length: lines }, (_, at) => (
        <span key={at} className={cx('skeleton h-3 max-w-full', widths[at % widths.length])} />
      ))}
    </div>
  );
}
