'use client';

import { Tabs as Base } from '@base-ui/react/tabs';
import Link from 'next/link';
import type { ReactElement, ReactNode } from 'react';
import { cx } from './cx.ts';

const tabStyle =
  'relative flex h-9 shrink-0 items-center gap-1.5 px-1 text-sm whitespace-nowrap after:absolute after:inset-x-0 after:-bottom-px after:h-0.5';
const chosenStyle = 'font-medium text-ink after:bg-accent';
const otherStyle = 'text-ink-soft hover:text-ink';
const listStyle = 'scroll-thin flex gap-4 overflow-x-auto border-b';

export interface LinkTabsProps {
  readonly label: string;
  readonly tabs: readonly { readonly href: string; readonly label: string; readonly current: boolean }[];
  readonly className?: string | undefined;
}

/** Tabs that are pages of their own, with an address each. */
export function LinkTabs({ label, tabs, className }: LinkTabsProps): ReactElement {
  return (
    <nav aria-label={label} className={cx(listStyle, className)}>
      {tabs.map((tab) => (
        <Link
          key={tab.href}
          href={tab.href}
          prefetch={false}
          aria-current={tab.current ? 'page' : undefined}
          className={cx(tabStyle, tab.current ? chosenStyle : otherStyle)}
        >
          {tab.label}
        </Link>
      ))}
    </nav>
  );
}

export interface TabsProps<T extends string> {
  readonly label: string;
  readonly value: T;
  readonly onChange: (value: T) => void;
  readonly tabs: readonly { readonly value: T; readonly label: ReactNode; readonly content: ReactNode }[];
  readonly className?: string | undefined;
}

/** Tabs within a page: arrows move between them. */
export function Tabs<T extends string>({ label, value, onChange, tabs, className }: TabsProps<T>): ReactElement {
  return (
    <Base.Root value={value} onValueChange={(next: unknown) => onChange(next as T)} className={className}>
      <Base.List aria-label={label} className={listStyle} activateOnFocus>
        {tabs.map((tab) => (
          <Base.Tab key={tab.value} value={tab.value} className={cx(tabStyle, tab.value === value ? chosenStyle : otherStyle)}>
            {tab.label}
          </Base.Tab>
        ))}
      </Base.List>
      {tabs.map((tab) => (
        <Base.Panel key={tab.value} value={tab.value} className="pt-4">
          {tab.content}
        </Base.Panel>
      ))}
    </Base.Root>
  );
}
