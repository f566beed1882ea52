'use client';

import { Copy, PencilLine, Trash2 } from 'lucide-react';
import type { ReactElement } from 'react';
import { text } from '../catalogue.ts';
import { Menu, MenuItem, MenuLine } from '../ui/menu.tsx';
import type { PopupProps } from '../ui/on-demand.tsx';
import type { EntryMenuProps } from './entry-menu.tsx';

export function Popup({ trigger, onCopy, onRename, onDelete }: EntryMenuProps & PopupProps): ReactElement {
  return (
    <Menu trigger={trigger}>
      <MenuItem onClick={onCopy}>
        <Copy aria-hidden />
        {text.select.copy}
      </MenuItem>
      <MenuItem onClick={onRename}>
        <PencilLine aria-hidden />
        {text.select.rename}
      </MenuItem>
      <MenuLine />
      <MenuItem onClick={onDelete}>
        <Trash2 aria-hidden />
        {text.select.delete}
      </MenuItem>
    </Menu>
  );
}
