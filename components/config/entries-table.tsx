'use client';

import { ArrowDown, ArrowUp } from 'lucide-react';
import { useRouter } from 'next/navigation';
import type { ComponentProps, KeyboardEvent, ReactElement } from 'react';
import { memo, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { Entry } from '../../lib/contract/model.ts';
import { text } from '../catalogue.ts';
import { paths } from '../paths.ts';
import { Ago } from '../time.tsx';
import { cx } from '../ui/cx.ts';
import { useWindowedRows } from '../ui/windowed.ts';
import type { SortColumn, Sorting } from './sort-entries.ts';
import { nextSorting, sortEntries } from './sort-entries.ts';
import { TypeTag } from './type-tag.tsx';

const ROW_PX = 36;
const HEAD_PX = 33;

const columns: readonly SortColumn[] = ['key', 'type', 'revision', 'updatedAt', 'updatedBy'];

/** Widths stand in classes: the key takes what the others leave. On a phone only key and type remain. */
const cellStyles: Readonly<Record<SortColumn, string>> = {
  key: 'pl-4',
  type: 'w-24',
  revision: 'w-16 text-right max-sm:hidden',
  updatedAt: 'w-28 max-sm:hidden',
  updatedBy: 'w-40 pr-4 max-lg:hidden',
};

export interface Selection {
  readonly chosen: ReadonlySet<string>;
  readonly onChoose: (keys: readonly string[], on: boolean) => void;
}

export interface EntriesTableProps {
  readonly namespace: string;
  readonly entries: readonly Entry[];
  /** Which are chosen; undefined where nothing can be. */
  readonly selection?: Selection | undefined;
  /** Called when the end comes in sight and there may be more. */
  readonly onEndInSight?: (() => void) | undefined;
}

/** The entries of a namespace. Only the rows in sight are in the document; arrows, Home, End and Page keys move, Enter opens. */
export function EntriesTable({ namespace, entries, selection, onEndInSight }: EntriesTableProps): ReactElement {
  const [sorting, setSorting] = useState<Sorting | null>(null);
  const rows = useMemo(() => sortEntries(entries, sorting), [entries, sorting]);
  const scroller = useRef<HTMLDivElement>(null);
  const windowed = useWindowedRows(rows.length, ROW_PX, scroller, HEAD_PX);
  const [current, setCurrent] = useState(0);

  // As many rows as there are: when more come and the end is still in sight, that is news.
  const endInSight = windowed.end >= rows.length - 20 ? rows.length : null;
  useEffect(() => {
    if (endInSight !== null) onEndInSight?.();
  }, [endInSight, onEndInSight]);

  const focusRow = (wanted: number): void => {
    const index = Math.max(0, Math.min(rows.length - 1, wanted));
    setCurrent(index);
    windowed.scrollTo(index);
    requestAnimationFrame(() => scroller.current?.querySelector<HTMLElement>(`[data-row="${index}"] a`)?.focus());
  };

  const onKeyDown = (event: KeyboardEvent<HTMLElement>): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const row = rows[current];
    if (event.key === 'x' && row !== undefined && selection !== undefined && (event.target as HTMLElement).matches('[data-row] a')) {
      event.preventDefault();
      choose(current, !selection.chosen.has(row.key), false);
      return;
    }
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 400) / ROW_PX) - 2);
    const targets: Record<string, number> = {
      ArrowDown: current + 1,
      ArrowUp: current - 1,
      PageDown: current + page,
      PageUp: current - page,
      Home: 0,
      End: rows.length - 1,
    };
    const target = targets[event.key];
    if (target === undefined || !(event.target as HTMLElement).matches('[data-row] a')) return;
    event.preventDefault();
    focusRow(target);
  };

  // From the row that was chosen last to this one, where Shift is held.
  const anchor = useRef<number | null>(null);
  const onChoose = selection?.onChoose;
  const choose = useCallback(
    (index: number, on: boolean, range: boolean): void => {
      const from = range && anchor.current !== null ? anchor.current : index;
      anchor.current = index;
      onChoose?.(
        rows.slice(Math.min(from, index), Math.max(from, index) + 1).map(({ key }) => key),
        on,
      );
    },
    [rows, onChoose],
  );

  const roving = current >= windowed.first && current < windowed.end ? current : windowed.first;
  return (
    <div ref={scroller} className="scroll-thin min-h-0 flex-1 overflow-auto">
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- the keys are those of the links inside, on their way up */}
      <table
        onKeyDown={onKeyDown}
        aria-label={text.table.label(namespace)}
        aria-rowcount={rows.length + 1}
        className="w-full table-fixed border-separate border-spacing-0 text-sm"
      >
        <thead>
          <tr aria-rowindex={1}>
            {selection === undefined ? null : <ChooseAll rows={rows} selection={selection} />}
            {columns.map((column) => (
              <HeaderCell key={column} column={column} sorting={sorting} onSort={() => setSorting(nextSorting(sorting, column))} />
            ))}
          </tr>
        </thead>
        <tbody>
          <SpacerRow px={windowed.before} />
          {rows.slice(windowed.first, windowed.end).map((entry, offset) => {
            const index = windowed.first + offset;
            return (
              <EntryLine
                key={entry.key}
                entry={entry}
                index={index}
                chosen={selection?.chosen.has(entry.key) ?? null}
                onChoose={choose}
                tabbable={index === roving}
                onFocus={setCurrent}
              />
            );
          })}
          <SpacerRow px={windowed.behind} />
        </tbody>
      </table>
    </div>
  );
}

function SpacerRow({ px }: { readonly px: number }): ReactElement | null {
  return px === 0 ? null : <tr aria-hidden style={{ height: px }} />;
}

function HeaderCell({
  column,
  sorting,
  onSort,
}: {
  readonly column: SortColumn;
  readonly sorting: Sorting | null;
  readonly onSort: () => void;
}): ReactElement {
  const sorted = sorting?.column === column;
  const Arrow = sorted && sorting.descending ? ArrowDown : ArrowUp;
  return (
    <th
      scope="col"
      aria-sort={sorted ? (sorting.descending ? 'descending' : 'ascending') : undefined}
      className={cx(
        'sticky top-0 z-10 border-b bg-sunken px-2 text-xs font-medium text-ink-soft',
        column !== 'revision' && 'text-left',
        cellStyles[column],
      )}
    >
      <button
        type="button"
        onClick={onSort}
        title={column === 'revision' ? text.table.revisionLong : undefined}
        className={cx(
          '-mx-1 inline-flex h-8 items-center gap-1 rounded-sm px-1 hover:text-ink',
          column === 'revision' && 'flex-row-reverse',
        )}
      >
        {text.table.columns[column]}
        <Arrow className={cx('size-3', !sorted && 'invisible')} aria-hidden />
      </button>
    </th>
  );
}

/** Chooses all that are shown, or none of them. */
function ChooseAll({ rows, selection }: { readonly rows: readonly Entry[]; readonly selection: Selection }): ReactElement {
  const some = selection.chosen.size > 0;
  const all = some && rows.every(({ key }) => selection.chosen.has(key));
  return (
    <th scope="col" className="sticky top-0 z-10 w-10 border-b bg-sunken pl-4 text-left">
      <input
        type="checkbox"
        aria-label={text.select.all}
        checked={all}
        ref={(box) => {
          if (box !== null) box.indeterminate = some && !all;
        }}
        onChange={() =>
          selection.onChoose(
            rows.map(({ key }) => key),
            !all,
          )
        }
        className="block accent-accent"
      />
    </th>
  );
}

interface EntryLineProps {
  readonly entry: Entry;
  readonly index: number;
  /** Null where nothing can be chosen. */
  readonly chosen: boolean | null;
  readonly tabbable: boolean;
  readonly onFocus: (index: number) => void;
  readonly onChoose: (index: number, on: boolean, range: boolean) => void;
}

/** Rendered anew only when something of its own changes: scrolling moves dozens of them. */
const EntryLine = memo(function EntryLine({ entry, index, chosen, tabbable, onFocus, onChoose }: EntryLineProps): ReactElement {
  const cell = 'h-9 truncate border-b border-line/60 px-2';
  const leafAt = entry.key.lastIndexOf('/') + 1;
  return (
    <tr
      data-row={index}
      aria-rowindex={index + 2}
      className={cx('relative focus-within:bg-ink/5', chosen === true ? 'bg-accent-wash' : 'hover:bg-ink/4')}
    >
      {chosen === null ? null : (
        <td className="w-10 border-b border-line/60 p-0">
          {/* Above the link that covers the row, and large enough for a finger. */}
          <label className="relative z-1 flex h-9 cursor-pointer items-center pl-4">
            <input
              type="checkbox"
              aria-label={text.select.row(entry.key)}
              checked={chosen}
              tabIndex={tabbable ? 0 : -1}
              onFocus={() => onFocus(index)}
              onChange={(event) =>
                onChoose(index, event.target.checked, event.nativeEvent instanceof MouseEvent && event.nativeEvent.shiftKey)
              }
              className="block accent-accent"
            />
          </label>
        </td>
      )}
      <td className={cx(cell, cellStyles.key)} title={entry.key}>
        {/* The link covers its row, so that the whole row is the target. */}
        <RowLink
          href={paths.entry(entry.namespace, entry.key)}
          tabIndex={tabbable ? 0 : -1}
          onFocus={() => onFocus(index)}
          aria-label={entry.key}
          className="flex font-mono text-[0.8125rem] after:absolute after:inset-0 focus-visible:outline-none focus-visible:after:rounded-sm focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-accent"
        >
          {/* Where there is no room for all of it, the end tells keys of one folder apart. */}
          {leafAt === 0 ? null : <span className="min-w-0 shrink-999 truncate">{entry.key.slice(0, leafAt)}</span>}
          <span className="min-w-0 truncate">{entry.key.slice(leafAt)}</span>
        </RowLink>
      </td>
      <td className={cx(cell, cellStyles.type)}>
        <TypeTag type={entry.type} />
      </td>
      <td className={cx(cell, 'tnum text-ink-soft', cellStyles.revision)}>{text.number(entry.revision)}</td>
      <td className={cx(cell, 'tnum text-ink-soft', cellStyles.updatedAt)}>
        <Ago time={entry.updatedAt} />
      </td>
      <td className={cx(cell, 'text-ink-soft', cellStyles.updatedBy)} title={entry.updatedBy}>
        {entry.updatedBy}
      </td>
    </tr>
  );
});

/** A link without what the router's own does when it appears, which dozens do at every step of a scroll. */
function RowLink({ href, ...rest }: ComponentProps<'a'> & { readonly href: string }): ReactElement {
  const router = useRouter();
  return (
    // oxlint-disable-next-line jsx-a11y/anchor-has-content -- its content comes with the rest
    <a
      href={href}
      onClick={(event) => {
        // A new tab, a download: the browser's to do.
        if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
        event.preventDefault();
        router.push(href);
      }}
      {...rest}
    />
  );
}

/** What the table will look like, while it is on its way. */
export function EntriesTableSkeleton(): ReactElement {
  return (
    <div className="min-h-0 flex-1 overflow-hidden" aria-hidden>
      <div className="h-8 border-b bg-sunken" />
      {skeletonWidths.map((width, at) => (
        <div key={at} className="flex h-9 items-center gap-6 border-b border-line/60 px-4">
          <span className={cx('skeleton h-3', width)} />
          <span className="skeleton ml-auto h-3 w-14" />
          <span className="skeleton h-3 w-20 max-sm:hidden" />
        </div>
      ))}
    </div>
  );
}

const skeletonWidths = ['w-40', 'w-56', 'w-32', 'w-64', 'w-48', 'w-36', 'w-52', 'w-44', 'w-60', 'w-40'] as const;
