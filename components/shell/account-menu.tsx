'use client';

import { CircleUserRound, LogOut } from 'lucide-react';
import type { ReactElement } from 'react';
import type { Session } from '../../lib/contract/schemas/access.ts';
import { text } from '../catalogue.ts';
import { Button } from '../ui/button.tsx';
import { Menu, MenuChoice, MenuItem, MenuLine, MenuNote } from '../ui/menu.tsx';

export type ThemeName = 'light' | 'dark' | 'system';

export interface AccountMenuProps {
  readonly session: Session;
  readonly theme: ThemeName;
  readonly onTheme: (theme: ThemeName) => void;
  readonly onSignOut: () => void;
}

/** Who is signed in, how the console looks, and the way out. */
export function AccountMenu({ session, theme, onTheme, onSignOut }: AccountMenuProps): ReactElement {
  return (
    <Menu
      trigger={
        <Button look="quiet" aria-label={text.account.open(session.key.name)}>
          <CircleUserRound aria-hidden />
          <span className="max-sm:hidden">{text.account.roles[session.role]}</span>
        </Button>
      }
    >
      <MenuNote>
        <p className="truncate font-medium">{session.key.name}</p>
        <p className="text-xs text-ink-soft">
          {text.account.roles[session.role]}: {text.account.roleMeaning[session.role]}
        </p>
        {session.scope === null ? null : <p className="text-xs text-ink-soft">{text.account.scope(session.scope)}</p>}
      </MenuNote>
      <MenuLine />
      <MenuChoice
        label={text.theme.label}
        value={theme}
        onChange={onTheme}
        choices={[
          { value: 'light', label: text.theme.light },
          { value: 'dark', label: text.theme.dark },
          { value: 'system', label: text.theme.system },
        ]}
      />
      <MenuLine />
      <MenuItem onClick={onSignOut}>
        <LogOut aria-hidden />
        {text.account.signOut}
      </MenuItem>
    </Menu>
  );
}
