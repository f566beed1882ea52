import { CircleAlert, CircleCheck, Hourglass, Info, TriangleAlert } from 'lucide-react';
import type { ReactElement, ReactNode } from 'react';
import { cx } from './cx.ts';

const looks = {
  info: { box: 'border-accent/30 bg-accent-wash', icon: 'text-accent', Icon: Info },
  ok: { box: 'border-ok/30 bg-ok-wash', icon: 'text-ok', Icon: CircleCheck },
  wait: { box: 'border-warn/30 bg-warn-wash', icon: 'text-warn', Icon: Hourglass },
  warn: { box: 'border-warn/30 bg-warn-wash', icon: 'text-warn', Icon: TriangleAlert },
  bad: { box: 'border-bad/30 bg-bad-wash', icon: 'text-bad', Icon: CircleAlert },
} as const;

export interface NoticeProps {
  readonly look: keyof typeof looks;
  readonly title: ReactNode;
  readonly children?: ReactNode;
  readonly actions?: ReactNode;
  readonly className?: string | undefined;
  /** Problems interrupt, progress is said when the reader is idle. */
  readonly live?: 'assertive' | 'polite' | undefined;
}

/** Something the reader should know, in the page and not in passing: what happened, what helps, and buttons that do it. */
export function Notice({ look, title, children, actions, className, live }: NoticeProps): ReactElement {
  const { box, icon, Icon } = looks[look];
  const role = live === 'assertive' ? 'alert' : live === 'polite' ? 'status' : undefined;
  return (
    <div role={role} className={cx('flex flex-wrap items-start gap-x-3 gap-y-2 rounded-lg border px-3 py-2.5 text-sm', box, className)}>
      <Icon className={cx('mt-0.5 size-4 shrink-0', icon)} aria-hidden />
      <div className="min-w-48 flex-1">
        <div className="font-medium">{title}</div>
        {children === undefined || children === null ? null : <div className="mt-0.5 text-ink-soft">{children}</div>}
      </div>
      {actions === undefined ? null : <div className="flex flex-wrap gap-2">{actions}</div>}
    </div>
  );
}
