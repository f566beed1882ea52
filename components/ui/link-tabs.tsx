import Link from 'next/link';
import type { ReactElement } from 'react';
import { cx } from './cx.ts';

export const tabStyle =
  'relative flex h-9 shrink-0 items-center gap-1.5 px-1 text-sm whitespace-nowrap after:absolute after:inset-x-0 after:-bottom-px after:h-0.5';
export const chosenTabStyle = 'font-medium text-ink after:bg-accent';
export const otherTabStyle = 'text-ink-soft hover:text-ink';
export const tabListStyle = 'scroll-thin flex gap-4 overflow-x-auto border-b';

export interface LinkTabsProps {
  readonly label: string;
  readonly tabs: readonly { readonly href: string; readonly label: string; readonly current: boolean }[];
  readonly className?: string | undefined;
}

/** Tabs that are pages of their own, with an address each. */
export function LinkTabs({ label, tabs, className }: LinkTabsProps): ReactElement {
  return (
    <nav aria-label={label} className={cx(tabListStyle, className)}>
      {tabs.map((tab) => (
        <Link
          key={tab.href}
          href={tab.href}
          prefetch={false}
          aria-current={tab.current ? 'page' : undefined}
          className={cx(tabStyle, tab.current ? chosenTabStyle : otherTabStyle)}
        >
          {tab.label}
        </Link>
      ))}
    </nav>
  );
}
