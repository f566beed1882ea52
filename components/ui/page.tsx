import type { ReactElement, ReactNode } from 'react';
import { cx } from './cx.ts';

export interface PageProps {
  readonly title: ReactNode;
  /** A sentence on what the page is for, or what is special now. */
  readonly lead?: ReactNode;
  /** Beside the title: how fresh it is, a state. */
  readonly beside?: ReactNode;
  /** At the right: what can be done here. */
  readonly actions?: ReactNode;
  /** Below the title: tabs, filters. */
  readonly below?: ReactNode;
  /** `full` for tables that scroll by themselves; otherwise the page scrolls and its content has a readable width. */
  readonly fit?: 'scroll' | 'full' | undefined;
  readonly children: ReactNode;
}

/** A page beside those of the configuration: a head that stays, and what it is about. */
export function Page({ title, lead, beside, actions, below, fit = 'scroll', children }: PageProps): ReactElement {
  return (
    <main className="flex min-h-0 min-w-0 flex-1 flex-col bg-ground">
      <header className="shrink-0 border-b bg-surface px-4 pt-3 pb-3 sm:px-6">
        <div className="flex flex-wrap items-start gap-x-4 gap-y-2">
          <div className="min-w-0 flex-1">
            <div className="flex min-h-8 flex-wrap items-center gap-x-3 gap-y-1">
              <h1 className="min-w-0 text-lg font-semibold break-words">{title}</h1>
              {beside}
            </div>
            {lead === undefined ? null : <p className="max-w-3xl text-sm text-ink-soft">{lead}</p>}
          </div>
          {actions === undefined ? null : <div className="flex flex-wrap items-center gap-2">{actions}</div>}
        </div>
        {below === undefined ? null : <div className="mt-3">{below}</div>}
      </header>
      <div
        className={
          fit === 'full'
            ? 'flex min-h-0 flex-1 flex-col bg-surface'
            : 'scroll-thin relative min-h-0 flex-1 overflow-auto px-4 py-4 sm:px-6 sm:py-5'
        }
      >
        {children}
      </div>
    </main>
  );
}

export interface PanelProps {
  readonly title?: ReactNode;
  readonly actions?: ReactNode;
  /** Without room around its content: for tables and lists that bring their own. */
  readonly flush?: boolean | undefined;
  readonly className?: string | undefined;
  readonly children: ReactNode;
}

/** One subject of a page, on a card. */
export function Panel({ title, actions, flush = false, className, children }: PanelProps): ReactElement {
  return (
    <section className={cx('min-w-0 overflow-hidden rounded-lg border bg-surface shadow-card', className)}>
      {title === undefined ? null : (
        <div className="flex min-h-11 flex-wrap items-center justify-between gap-x-3 gap-y-1 border-b px-4 py-1.5">
          <h2 className="text-sm font-semibold">{title}</h2>
          {actions}
        </div>
      )}
      <div className={flush ? undefined : 'p-4'}>{children}</div>
    </section>
  );
}
