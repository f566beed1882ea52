'use client';

import { ChevronRight, Folder } from 'lucide-react';
import Link from 'next/link';
import type { KeyboardEvent, ReactElement, ReactNode } from 'react';
import { useDeferredValue, useEffect, useEffectEvent, useMemo, useRef, useState } from 'react';
import type { Namespace } from '../../lib/contract/model.ts';
import { text } from '../catalogue.ts';
import { paths } from '../paths.ts';
import { cx } from '../ui/cx.ts';
import { TextInput } from '../ui/field.tsx';
import { useWindowedRows } from '../ui/windowed.ts';
import type { TreeRow } from './tree.ts';
import { treeRows } from './tree.ts';

const ROW_PX = 30;

export interface NamespaceTreeProps {
  readonly namespaces: readonly Namespace[];
  /** More are on their way. */
  readonly partial: boolean;
  readonly selected: string | null;
  readonly onOpen?: (() => void) | undefined;
  /** Stands beside the filter. */
  readonly action?: ReactNode;
}

/** All namespaces as a tree of links. Arrow keys move, right and left open and close. */
export function NamespaceTree({ namespaces, partial, selected, onOpen, action }: NamespaceTreeProps): ReactElement {
  const [filter, setFilter] = useState('');
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const deferredFilter = useDeferredValue(filter);
  const rows = useMemo(() => treeRows(namespaces, closed, deferredFilter), [namespaces, closed, deferredFilter]);
  const scroller = useRef<HTMLDivElement>(null);
  const windowed = useWindowedRows(rows.length, ROW_PX, scroller);

  const revealSelected = useEffectEvent((path: string | null) => {
    const index = rows.findIndex((row) => row.path === path);
    if (index !== -1) windowed.scrollTo(index);
  });
  useEffect(() => revealSelected(selected), [selected]);

  const toggle = (path: string, open: boolean): void => {
    const next = new Set(closed);
    if (open) next.delete(path);
    else next.add(path);
    setClosed(next);
  };

  const focusRow = (index: number): void => {
    const row = rows[index];
    if (row === undefined) return;
    windowed.scrollTo(index);
    requestAnimationFrame(() => scroller.current?.querySelector<HTMLElement>(`[data-row="${index}"] [data-main]`)?.focus());
  };

  const onKeyDown = (event: KeyboardEvent<HTMLElement>): void => {
    const at = Number((event.target as HTMLElement).closest('[data-row]')?.getAttribute('data-row') ?? Number.NaN);
    const row = rows[at];
    if (row === undefined) return;
    const moves: Record<string, () => void> = {
      ArrowDown: () => focusRow(at + 1),
      ArrowUp: () => focusRow(at - 1),
      Home: () => focusRow(0),
      End: () => focusRow(rows.length - 1),
      ArrowRight: () => (row.hasChildren && !row.open ? toggle(row.path, true) : focusRow(at + 1)),
      ArrowLeft: () =>
        row.open ? toggle(row.path, false) : focusRow(rows.findLastIndex((above, index) => index < at && above.depth < row.depth)),
    };
    const move = moves[event.key];
    if (move === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    move();
  };

  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <div className="flex gap-2 p-3 pb-2">
        <TextInput
          type="search"
          value={filter}
          onChange={(event) => setFilter(event.target.value)}
          placeholder={text.tree.filter}
          aria-label={text.tree.filter}
        />
        {action}
      </div>
      <nav aria-label={text.tree.label} className="flex min-h-0 flex-1 flex-col">
        <div ref={scroller} className="scroll-thin min-h-0 flex-1 overflow-auto px-2 pb-3">
          {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- the keys are those of the links inside, on their way up */}
          <ul onKeyDown={onKeyDown}>
            <Spacer px={windowed.before} />
            {rows.slice(windowed.first, windowed.end).map((row, offset) => (
              <TreeLine
                key={row.path}
                row={row}
                index={windowed.first + offset}
                selected={row.path === selected}
                onToggle={toggle}
                onOpen={onOpen}
              />
            ))}
            <Spacer px={windowed.behind} />
          </ul>
          {rows.length === 0 && deferredFilter !== '' ? (
            <p className="px-2 py-3 text-sm text-ink-faint">{text.tree.noMatch(deferredFilter)}</p>
          ) : null}
          {partial ? <p className="px-2 py-2 text-xs text-ink-faint">{text.tree.more}</p> : null}
        </div>
      </nav>
    </div>
  );
}

function Spacer({ px }: { readonly px: number }): ReactElement | null {
  return px === 0 ? null : <li aria-hidden style={{ height: px }} />;
}

/** Indents by depth; classes, because the first render may not carry style attributes. */
const indents = ['pl-1', 'pl-4', 'pl-7', 'pl-10', 'pl-13', 'pl-16', 'pl-19', 'pl-22'] as const;

interface TreeLineProps {
  readonly row: TreeRow;
  readonly index: number;
  readonly selected: boolean;
  readonly onToggle: (path: string, open: boolean) => void;
  readonly onOpen: (() => void) | undefined;
}

function TreeLine({ row, index, selected, onToggle, onOpen }: TreeLineProps): ReactElement {
  const lineStyle = 'flex h-full min-w-0 flex-1 items-center gap-2 rounded-sm px-1 text-sm';
  return (
    <li
      data-row={index}
      className={cx(
        'flex h-[30px] items-center rounded-md',
        indents[Math.min(row.depth, indents.length - 1)],
        selected ? 'bg-accent-wash' : 'hover:bg-ink/5',
      )}
    >
      {row.hasChildren ? (
        <button
          type="button"
          tabIndex={-1}
          onClick={() => onToggle(row.path, !row.open)}
          aria-label={row.open ? text.tree.collapse(row.label) : text.tree.expand(row.label)}
          aria-expanded={row.open}
          className="flex size-6 shrink-0 items-center justify-center rounded-sm text-ink-faint hover:text-ink"
        >
          <ChevronRight className={cx('size-3.5 transition-transform', row.open && 'rotate-90')} aria-hidden />
        </button>
      ) : (
        <span className="w-6 shrink-0" />
      )}
      {row.namespace === null ? (
        <button
          type="button"
          data-main
          onClick={() => onToggle(row.path, !row.open)}
          aria-expanded={row.open}
          className={cx(lineStyle, 'text-ink-soft')}
        >
          <Folder className="size-3.5 shrink-0 text-ink-faint" aria-hidden />
          <span className="truncate">{row.label}</span>
        </button>
      ) : (
        <Link
          data-main
          href={paths.namespace(row.path)}
          prefetch={false}
          title={row.path}
          aria-current={selected ? 'page' : undefined}
          {...(onOpen === undefined ? {} : { onClick: onOpen })}
          className={cx(lineStyle, selected && 'font-medium text-accent')}
        >
          <span className="truncate">{row.label}</span>
          <span className={cx('tnum ml-auto pr-1 text-xs font-normal', selected ? 'text-accent' : 'text-ink-faint')}>
            {text.number(row.namespace.entries)}
          </span>
        </Link>
      )}
    </li>
  );
}
