'use client';

import { Ellipsis } from 'lucide-react';
import type { ReactElement } from 'react';
import { text } from '../catalogue.ts';
import { Button } from '../ui/button.tsx';
import { OnDemand } from '../ui/on-demand.tsx';

export interface NamespaceMenuProps {
  readonly writes: boolean;
  /** Editing and deleting the namespace itself is for administrators, and needs to know what it is. */
  readonly administers: boolean;
  readonly onImport: () => void;
  readonly onExport: () => void;
  readonly onEdit: () => void;
  readonly onDelete: () => void;
}

const load = () => import('./namespace-menu-popup.tsx');

/** What can be done with a namespace as a whole. */
export function NamespaceMenu(props: NamespaceMenuProps): ReactElement {
  return (
    <OnDemand
      kind="menu"
      load={load}
      popup={props}
      trigger={
        <Button size="icon" aria-label={text.select.more} title={text.select.more}>
          <Ellipsis aria-hidden />
        </Button>
      }
    />
  );
}
