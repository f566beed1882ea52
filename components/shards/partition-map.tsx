'use client';

import type { KeyboardEvent, MouseEvent, ReactElement } from 'react';
import { useRef, useState } from 'react';
import { shardsText } from '../catalogue/shards.ts';
import { cx } from '../ui/cx.ts';
import type { Mark } from './marks.ts';
import { PARTITIONS } from './ranges.ts';

const words = shardsText.map;
const COLUMNS = 16;
const ROWS = PARTITIONS / COLUMNS;

export interface PartitionMapProps {
  /** Group that each partition is routed to. */
  readonly partitions: readonly string[];
  /** Group where a partition still lies, while a move has not taken it to where it is routed. */
  readonly held: ReadonlyMap<number, string>;
  readonly marks: ReadonlyMap<string, Mark>;
  /** The one that somebody has asked about. */
  readonly found: number | null;
  /** Those that are picked, and what picks them; null: nothing can be picked. */
  readonly picking: { readonly picked: ReadonlySet<number>; readonly onPick: (picked: ReadonlySet<number>) => void } | null;
}

const keysBy: Readonly<Record<string, number>> = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -COLUMNS, ArrowDown: COLUMNS };

/**
 * The first byte of the hash as a square: rows by its upper half, columns by its lower. One cell has the tab stop; arrows, Home
 * and End move it, space picks, shift picks a stretch.
 */
export function PartitionMap({ partitions, held, marks, found, picking }: PartitionMapProps): ReactElement {
  const grid = useRef<HTMLTableElement>(null);
  const [active, setActive] = useState(0);
  const [looked, setLooked] = useState<number | null>(null);
  const [anchor, setAnchor] = useState(0);

  const said = (partition: number): string => {
    const [group = '', from] = [partitions[partition], held.get(partition)];
    return from === undefined || from === group ? words.cell(partition, group) : words.moving(partition, from, group);
  };
  const pick = (partition: number, stretch: boolean): void => {
    if (picking === null) return;
    const next = new Set(picking.picked);
    if (stretch) {
      for (let each = Math.min(anchor, partition); each <= Math.max(anchor, partition); each += 1) next.add(each);
    } else if (!next.delete(partition)) next.add(partition);
    if (!stretch) setAnchor(partition);
    picking.onPick(next);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLElement>): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === ' ' || event.key === 'Enter') {
      event.preventDefault();
      pick(active, event.shiftKey);
      return;
    }
    const step = keysBy[event.key];
    const target = event.key === 'Home' ? 0 : event.key === 'End' ? PARTITIONS - 1 : step === undefined ? null : active + step;
    if (target === null) return;
    event.preventDefault();
    if (target < 0 || target >= PARTITIONS) return;
    setActive(target);
    grid.current?.querySelector<HTMLElement>(`[data-partition="${target}"]`)?.focus();
    if (event.shiftKey) pick(target, true);
  };
  const onClick = (event: MouseEvent<HTMLElement>): void => {
    const partition = partitionAt(event);
    if (partition === null) return;
    setActive(partition);
    pick(partition, event.shiftKey);
  };

  return (
    <div className="min-w-0">
      <table
        ref={grid}
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-to-interactive-role -- its cells are walked by keyboard
        role="grid"
        aria-label={words.label}
        aria-multiselectable={picking === null ? undefined : true}
        onKeyDown={onKeyDown}
        onClick={onClick}
        onMouseOver={(event) => setLooked(partitionAt(event))}
        onFocus={(event) => setLooked(partitionAt(event))}
        onMouseLeave={() => setLooked(null)}
        className="w-full table-fixed border-separate border-spacing-px select-none sm:border-spacing-0.5"
      >
        <tbody>
          {Array.from({ length: ROWS }, (_, row) => (
            <tr key={row}>
              {Array.from({ length: COLUMNS }, (_column, column) => {
                const partition = row * COLUMNS + column;
                return (
                  <Cell
                    key={partition}
                    partition={partition}
                    label={said(partition)}
                    mark={marks.get(partitions[partition] ?? '')}
                    from={held.has(partition) ? marks.get(held.get(partition) ?? '') : undefined}
                    active={partition === active}
                    found={partition === found}
                    picked={picking === null ? null : picking.picked.has(partition)}
                  />
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
      <p aria-hidden className="tnum mt-2 min-h-5 text-xs text-ink-soft">
        {looked === null ? words.nothing : said(looked)}
      </p>
    </div>
  );
}

function partitionAt({ target }: Pick<MouseEvent<HTMLElement>, 'target'>): number | null {
  const cell = target instanceof HTMLElement ? target.closest<HTMLElement>('[data-partition]') : null;
  return cell === null ? null : Number(cell.dataset['partition']);
}

interface CellProps {
  readonly partition: number;
  readonly label: string;
  readonly mark: Mark | undefined;
  /** Of the group where it still lies. */
  readonly from: Mark | undefined;
  readonly active: boolean;
  readonly found: boolean;
  /** Null: nothing can be picked. */
  readonly picked: boolean | null;
}

function Cell({ partition, label, mark, from, active, found, picked }: CellProps): ReactElement {
  return (
    <td
      data-partition={partition}
      tabIndex={active ? 0 : -1}
      aria-label={label}
      aria-selected={picked ?? undefined}
      className={cx(
        'relative h-5.5 overflow-hidden rounded-[3px] p-0 text-center align-middle font-mono text-2xs leading-none font-medium text-ink focus-visible:z-10 focus-visible:outline-offset-0 sm:h-6',
        mark?.colour ?? 'bg-sunken',
        picked !== null && 'cursor-pointer hover:outline hover:outline-line-strong',
        found && 'z-10 outline-2 outline-offset-1 outline-accent outline-solid',
      )}
    >
      {from === undefined ? null : (
        <span aria-hidden className={cx('absolute inset-0 [clip-path:polygon(0_0,100%_0,0_100%)]', from.colour)} />
      )}
      <span aria-hidden className={cx('relative', picked === true && 'rounded-[2px] bg-ink px-0.5 py-px text-surface sm:px-1')}>
        {mark?.letter}
        {from === undefined ? '' : '·'}
      </span>
    </td>
  );
}
