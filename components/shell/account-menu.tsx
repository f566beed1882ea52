'use client';

import { CircleUserRound } from 'lucide-react';
import type { ReactElement } from 'react';
import type { Session } from '../../lib/contract/schemas/access.ts';
import { text } from '../catalogue.ts';
import { Button } from '../ui/button.tsx';
import { OnDemand } from '../ui/on-demand.tsx';

export type ThemeName = 'light' | 'dark' | 'system';

export interface AccountMenuProps {
  readonly session: Session;
  readonly theme: ThemeName;
  readonly onTheme: (theme: ThemeName) => void;
  readonly onSignOut: () => void;
}

const load = () => import('./account-menu-popup.tsx');

/** Who is signed in, how the console looks, and the way out. */
export function AccountMenu(props: AccountMenuProps): ReactElement {
  return (
    <OnDemand
      kind="menu"
      load={load}
      popup={props}
      trigger={
        <Button look="quiet" aria-label={text.account.open(props.session.key.name)}>
          <CircleUserRound aria-hidden />
          <span className="max-sm:hidden">{text.account.roles[props.session.role]}</span>
        </Button>
      }
    />
  );
}
