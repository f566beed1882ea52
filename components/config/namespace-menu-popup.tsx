'use client';

import { Download, Pencil, Trash2, Upload } from 'lucide-react';
import type { ReactElement } from 'react';
import { text } from '../catalogue.ts';
import { Menu, MenuItem, MenuLine } from '../ui/menu.tsx';
import type { PopupProps } from '../ui/on-demand.tsx';
import type { NamespaceMenuProps } from './namespace-menu.tsx';

export function Popup({
  trigger,
  writes,
  administers,
  onImport,
  onExport,
  onEdit,
  onDelete,
}: NamespaceMenuProps & PopupProps): ReactElement {
  return (
    <Menu trigger={trigger}>
      {writes ? (
        <MenuItem onClick={onImport}>
          <Upload aria-hidden />
          {text.select.import}
        </MenuItem>
      ) : null}
      <MenuItem onClick={onExport}>
        <Download aria-hidden />
        {text.select.export}
      </MenuItem>
      {administers ? (
        <>
          <MenuLine />
          <MenuItem onClick={onEdit}>
            <Pencil aria-hidden />
            {text.select.edit}
          </MenuItem>
          <MenuItem onClick={onDelete}>
            <Trash2 aria-hidden />
            {text.select.deleteNamespace}
          </MenuItem>
        </>
      ) : null}
    </Menu>
  );
}
