'use client';

import { LogOut } from 'lucide-react';
import type { ReactElement } from 'react';
import { text } from '../catalogue.ts';
import { useZoneChoice } from '../time.tsx';
import { Menu, MenuChoice, MenuItem, MenuLine, MenuNote } from '../ui/menu.tsx';
import type { PopupProps } from '../ui/on-demand.tsx';
import type { AccountMenuProps } from './account-menu.tsx';

export function Popup({ trigger, session, theme, onTheme, onSignOut }: AccountMenuProps & PopupProps): ReactElement {
  const { choice, choose } = useZoneChoice();
  return (
    <Menu trigger={trigger}>
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
      <MenuChoice
        label={text.time.label}
        value={choice}
        onChange={choose}
        choices={[
          { value: 'local', label: text.time.local },
          { value: 'utc', label: text.time.utc },
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
