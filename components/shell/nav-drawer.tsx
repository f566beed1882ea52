'use client';

import { Menu } from 'lucide-react';
import type { ReactElement } from 'react';
import type { Role } from '../../lib/contract/model.ts';
import { text } from '../catalogue.ts';
import { Button } from '../ui/button.tsx';
import { OnDemand } from '../ui/on-demand.tsx';

export interface NavDrawerProps {
  readonly path: string;
  readonly role: Role;
  readonly clusterName: string;
  readonly clusterId: string;
}

const load = () => import('./nav-drawer-popup.tsx');

/** The pages, where the bar has no room for them. */
export function NavDrawer(props: NavDrawerProps): ReactElement {
  return (
    <OnDemand
      kind="dialog"
      load={load}
      popup={props}
      trigger={
        <Button look="quiet" size="icon" className="-ml-2 lg:hidden" aria-label={text.openMenu}>
          <Menu aria-hidden />
        </Button>
      }
    />
  );
}
