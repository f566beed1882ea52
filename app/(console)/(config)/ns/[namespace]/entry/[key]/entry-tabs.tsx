import type { ReactElement } from 'react';
import { text } from '../../../../../../../components/catalogue.ts';
import { paths } from '../../../../../../../components/paths.ts';
import { LinkTabs } from '../../../../../../../components/ui/link-tabs.tsx';

export interface EntryTabsProps {
  readonly namespace: string;
  readonly entryKey: string;
  readonly current: 'value' | 'history';
}

/** The pages of one entry. */
export function EntryTabs({ namespace, entryKey, current }: EntryTabsProps): ReactElement {
  return (
    <LinkTabs
      label={text.entryTabs.label}
      className="-mb-3 border-b-0"
      tabs={[
        { href: paths.entry(namespace, entryKey), label: text.entryTabs.value, current: current === 'value' },
        { href: paths.history(namespace, entryKey), label: text.entryTabs.history, current: current === 'history' },
      ]}
    />
  );
}
