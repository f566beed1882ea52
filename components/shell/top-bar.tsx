import Link from 'next/link';
import type { ReactElement, ReactNode } from 'react';
import { text } from '../catalogue.ts';
import { paths } from '../paths.ts';
import { cx } from '../ui/cx.ts';
import type { Role } from '../../lib/contract/model.ts';
import { Mark } from './mark.tsx';
import { covers, pagesFor } from './nav.ts';
import { NavDrawer } from './nav-drawer.tsx';

export interface TopBarProps {
  readonly clusterName: string;
  readonly clusterId: string;
  readonly path: string;
  readonly role: Role;
  /** Menus at the right end. */
  readonly children: ReactNode;
}

export function TopBar({ clusterName, clusterId, path, role, children }: TopBarProps): ReactElement {
  return (
    <header className="flex h-12 shrink-0 items-center gap-3 border-b bg-surface px-3 sm:px-4">
      <NavDrawer path={path} role={role} clusterName={clusterName} clusterId={clusterId} />
      <Link href={paths.home} className="flex min-w-0 items-center gap-2 rounded-sm" aria-label={`${text.product}, ${clusterName}`}>
        <Mark className="size-6 shrink-0" />
        <span className="truncate font-semibold">{clusterName}</span>
        <span className="hidden font-mono text-xs text-ink-faint lg:inline">{clusterId}</span>
      </Link>
      <nav aria-label={text.mainNavigation} className="ml-2 hidden h-full items-stretch gap-1 lg:flex">
        {pagesFor(role).map((page) => {
          const current = covers(page, path);
          return (
            <Link
              key={page.href}
              href={page.href}
              aria-current={current ? 'page' : undefined}
              className={cx(
                'relative flex items-center px-2 text-sm',
                current
                  ? 'font-medium after:absolute after:inset-x-2 after:bottom-0 after:h-0.5 after:bg-accent'
                  : 'text-ink-soft hover:text-ink',
              )}
            >
              {page.label}
            </Link>
          );
        })}
      </nav>
      <div className="ml-auto flex items-center gap-1">{children}</div>
    </header>
  );
}
