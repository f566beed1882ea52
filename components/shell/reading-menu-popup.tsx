'use client';

import type { ReactElement } from 'react';
import { text } from '../catalogue.ts';
import { Menu, MenuChoice, MenuLine } from '../ui/menu.tsx';
import type { PopupProps } from '../ui/on-demand.tsx';
import type { ReadingMenuProps } from './reading-menu.tsx';

const ANY = '*';

export function Popup({ trigger, choice, nodes, onChange }: ReadingMenuProps & PopupProps): ReactElement {
  const all = choice.node === null || nodes.includes(choice.node) ? nodes : [...nodes, choice.node];
  return (
    <Menu trigger={trigger}>
      <MenuChoice
        label={text.reading.modeLabel}
        value={choice.mode}
        onChange={(mode) => onChange({ ...choice, mode })}
        choices={(['session', 'eventual', 'linearizable'] as const).map((mode) => ({
          value: mode,
          label: text.reading.modes[mode],
          hint: text.reading.modeHints[mode],
        }))}
      />
      <MenuLine />
      <MenuChoice
        label={text.reading.nodeLabel}
        value={choice.node ?? ANY}
        onChange={(node) => onChange({ ...choice, node: node === ANY ? null : node })}
        choices={[{ value: ANY, label: text.reading.anyNode }, ...all.map((node) => ({ value: node, label: node }))]}
      />
    </Menu>
  );
}
