'use client';

import { Ellipsis } from 'lucide-react';
import type { ReactElement } from 'react';
import { entryText } from '../catalogue/entry.ts';
import { Button } from '../ui/button.tsx';
import { OnDemand } from '../ui/on-demand.tsx';

export interface EntryMenuProps {
  readonly onCopy: () => void;
  readonly onRename: () => void;
  readonly onDelete: () => void;
}

const load = () => import('./entry-menu-popup.tsx');

/** What can be done with an entry as a whole. */
export function EntryMenu(props: EntryMenuProps): ReactElement {
  return (
    <OnDemand
      kind="menu"
      load={load}
      popup={props}
      trigger={
        <Button size="icon" aria-label={entryText.entry.more} title={entryText.entry.more}>
          <Ellipsis aria-hidden />
        </Button>
      }
    />
  );
}
