'use client';

import { BookOpenCheck } from 'lucide-react';
import type { ReactElement } from 'react';
import type { ReadingChoice } from '../../lib/queries/token-cookie.ts';
import { text } from '../catalogue.ts';
import { Button } from '../ui/button.tsx';
import { OnDemand } from '../ui/on-demand.tsx';

export interface ReadingMenuProps {
  readonly choice: ReadingChoice;
  readonly nodes: readonly string[];
  readonly onChange: (choice: ReadingChoice) => void;
}

const load = () => import('./reading-menu-popup.tsx');

/** Which node answers the reads of this browser, and in which mode. */
export function ReadingMenu(props: ReadingMenuProps): ReactElement {
  const { mode, node } = props.choice;
  const said = [node, mode === 'session' ? null : mode].filter((part) => part !== null).join(' · ');
  return (
    <OnDemand
      kind="menu"
      load={load}
      popup={props}
      trigger={
        <Button look="quiet" aria-label={said === '' ? text.reading.open : `${text.reading.open}: ${said}`}>
          <BookOpenCheck aria-hidden />
          {said === '' ? null : <span className="font-mono text-xs text-accent">{said}</span>}
        </Button>
      }
    />
  );
}
