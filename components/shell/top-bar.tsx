import Link from 'next/link';
import type { ReactElement, ReactNode } from 'react';
import { text } from '../catalogue.ts';
import { paths } from '../paths.ts';
import { cx } from '../ui/cx.ts';
import { Mark } from './mark.tsx';

/** Pages of the main navigation: only those that exist. */
const pages = [{ href: paths.home, label: text.configuration, covers: (path: string) => path === '/' || path.startsWith('/ns/') }] as const;

export interface TopBarProps {
  readonly clusterName: string;
  readonly clusterId: string;
  readonly path: string;
  /** Stands before the name on narrow screens. */
  readonly before?: ReactNode;
  /** Menus at the right end. */
  readonly children: ReactNode;
}

export function TopBar({ clusterName, clusterId, path, before, children }: TopBarProps): ReactElement {
  return (
    <header className="flex h-12 shrink-0 items-center gap-3 border-b bg-surface px-3 sm:px-4">
      {before}
      <Link href={paths.home} className="flex min-w-0 items-center gap-2 rounded-sm" aria-label={`${text.product}, ${clusterName}`}>
        <Mark className="size-6 shrink-0" />
        <span className="truncate font-semibold">{clusterName}</span>
        <span className="hidden font-mono text-xs text-ink-faint lg:inline">{clusterId}</span>
      </Link>
      <nav aria-label={text.mainNavigation} className="ml-2 hidden h-full items-stretch gap-1 sm:flex">
        {pages.map(({ href, label, covers }) => (
          <Link
            key={href}
            href={href}
            aria-current={covers(path) ? 'page' : undefined}
            className={cx(
              'relative flex items-center px-2 text-sm',
              covers(path)
                ? 'font-medium after:absolute after:inset-x-2 after:bottom-0 after:h-0.5 after:bg-accent'
                : 'text-ink-soft hover:text-ink',
            )}
          >
            {label}
          </Link>
        ))}
      </nav>
      <div className="ml-auto flex items-center gap-1">{children}</div>
    </header>
  );
}
