'use client';

import { Tabs as Base } from '@base-ui/react/tabs';
import type { ReactElement, ReactNode } from 'react';
import { cx } from './cx.ts';
import { chosenTabStyle, otherTabStyle, tabListStyle, tabStyle } from './link-tabs.tsx';

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
      <Base.List aria-label={label} className={tabListStyle} activateOnFocus>
        {tabs.map((tab) => (
          <Base.Tab key={tab.value} value={tab.value} className={cx(tabStyle, tab.value === value ? chosenTabStyle : otherTabStyle)}>
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
