'use client';

import { BookOpenCheck } from 'lucide-react';
import type { ReactElement } from 'react';
import type { ReadingChoice } from '../../lib/queries/token-cookie.ts';
import { text } from '../catalogue.ts';
import { Button } from '../ui/button.tsx';
import { Menu, MenuChoice, MenuLine } from '../ui/menu.tsx';

const ANY = '*';

export interface ReadingMenuProps {
  readonly choice: ReadingChoice;
  readonly nodes: readonly string[];
  readonly onChange: (choice: ReadingChoice) => void;
}

/** Which node answers the reads of this browser, and in which mode. */
export function ReadingMenu({ choice, nodes, onChange }: ReadingMenuProps): ReactElement {
  const said = [choice.node, choice.mode === 'session' ? null : choice.mode].filter((part) => part !== null).join(' · ');
  const all = choice.node === null || nodes.includes(choice.node) ? nodes : [...nodes, choice.node];
  return (
    <Menu
      trigger={
        <Button look="quiet" aria-label={said === '' ? text.reading.open : `${text.reading.open}: ${said}`}>
          <BookOpenCheck aria-hidden />
          {said === '' ? null : <span className="font-mono text-xs text-accent">{said}</span>}
        </Button>
      }
    >
      <MenuChoice
        label={text.reading.modeLabel}
        value={choice.mode}
        onChange={(mode) => onChange({ ...choice, mode })}
        choices={(['session', 'eventual', 'linearizable'] as const).map((mode) => ({ value: mode, label: text.reading.modes[mode], hint: text.reading.modeHints[mode] }))}
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
