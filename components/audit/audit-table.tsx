'use client';

import { ChevronRight } from 'lucide-react';
import type { KeyboardEvent, ReactElement, ReactNode } from 'react';
import { Fragment, useId, useSyncExternalStore } from 'react';
import type { AuditEvent } from '../../lib/contract/model.ts';
import { auditText } from '../catalogue/audit.ts';
import { Moment } from '../time.tsx';
import { Badge } from '../ui/badge.tsx';
import { cx } from '../ui/cx.ts';
import { tableStyle } from '../ui/table.tsx';
import { actionText, actionTone, targetText } from './describe.ts';

export interface AuditTableProps {
  readonly events: readonly AuditEvent[];
  /** There are several groups: say in which of them an event stands. */
  readonly grouped: boolean;
  /** Id of the event that is open; null for none. */
  readonly open: string | null;
  readonly onOpen: (id: string | null) => void;
  /** What an open row shows. */
  readonly renderDetail: (event: AuditEvent) => ReactNode;
}

const { columns } = auditText;
const edges = 'sm:first:pl-6 sm:last:pr-6';
const head = cx('sticky top-0 z-10 h-8 text-left whitespace-nowrap', tableStyle.head, edges);
const cell = cx('h-9 truncate', tableStyle.cell, edges);

const WIDE_COLUMNS = 6;

/** From which width on a table has how many columns: as the classes of its cells say. */
const WIDTHS = [
  { query: '(min-width: 64rem)', columns: WIDE_COLUMNS },
  { query: '(min-width: 48rem)', columns: 4 },
  { query: '(min-width: 40rem)', columns: 3 },
] as const;

function watchWidths(changed: () => void): () => void {
  const queries = WIDTHS.map(({ query }) => matchMedia(query));
  for (const query of queries) query.addEventListener('change', changed);
  return () => {
    for (const query of queries) query.removeEventListener('change', changed);
  };
}

/** How many columns are shown: a cell that spans more would make room for columns that are not there. */
function useColumns(grouped: boolean): number {
  const columnsShown = useSyncExternalStore(
    watchWidths,
    () => WIDTHS.find(({ query }) => matchMedia(query).matches)?.columns ?? 2,
    () => WIDE_COLUMNS,
  );
  return columnsShown === WIDE_COLUMNS && grouped ? columnsShown + 1 : columnsShown;
}

/** Audit events as rows that open. Enter opens and closes, arrows, Home and End move. */
export function AuditTable({ events, grouped, open, onOpen, renderDetail }: AuditTableProps): ReactElement {
  const shownColumns = useColumns(grouped);
  const onKeyDown = (event: KeyboardEvent<HTMLElement>): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || !(event.target as HTMLElement).matches('[data-event]')) return;
    const buttons = [...event.currentTarget.querySelectorAll<HTMLElement>('[data-event]')];
    const at = buttons.indexOf(event.target as HTMLElement);
    const target = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: buttons.length - 1, j: at + 1, k: at - 1 }[event.key];
    if (target === undefined) return;
    event.preventDefault();
    buttons[Math.max(0, Math.min(buttons.length - 1, target))]?.focus();
  };
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- the keys are those of the buttons inside, on their way up
    <table aria-label={auditText.label} onKeyDown={onKeyDown} className={cx(tableStyle.table, 'table-fixed')}>
      <thead>
        <tr>
          <th scope="col" className={cx(head, 'w-44 max-sm:w-40')}>
            {columns.time}
          </th>
          <th scope="col" className={cx(head, 'w-36 max-md:hidden')}>
            {columns.actor}
          </th>
          <th scope="col" className={cx(head, 'w-40 max-sm:hidden')}>
            {columns.action}
          </th>
          <th scope="col" className={head}>
            {columns.target}
          </th>
          {grouped ? (
            <th scope="col" className={cx(head, 'w-28 max-lg:hidden')}>
              {columns.group}
            </th>
          ) : null}
          <th scope="col" className={cx(head, 'w-20 text-right max-lg:hidden')}>
            {columns.revision}
          </th>
          <th scope="col" className={cx(head, 'max-lg:hidden')}>
            {columns.message}
          </th>
        </tr>
      </thead>
      <tbody>
        {events.map((event) => (
          <Fragment key={event.id}>
            <Row event={event} grouped={grouped} open={event.id === open} onToggle={() => onOpen(event.id === open ? null : event.id)} />
            {event.id === open ? (
              <tr>
                <td colSpan={shownColumns} className="border-b bg-ground p-3 sm:px-6 sm:py-4">
                  {renderDetail(event)}
                </td>
              </tr>
            ) : null}
          </Fragment>
        ))}
      </tbody>
    </table>
  );
}

function Row({
  event,
  grouped,
  open,
  onToggle,
}: {
  readonly event: AuditEvent;
  readonly grouped: boolean;
  readonly open: boolean;
  readonly onToggle: () => void;
}): ReactElement {
  const action = actionText(event.action);
  const target = targetText(event);
  const described = useId();
  return (
    <tr className={cx('relative focus-within:bg-ink/5', open ? 'bg-accent-wash' : tableStyle.row)}>
      <td className={cell}>
        {/* The button covers its row, so that the whole row is the target. */}
        <button
          type="button"
          data-event
          onClick={onToggle}
          aria-expanded={open}
          aria-label={auditText.expand(action, target, event.time)}
          aria-describedby={described}
          className="-ml-1 inline-flex items-center gap-1 text-left align-middle after:absolute after:inset-0 focus-visible:outline-none focus-visible:after:rounded-sm focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-accent"
        >
          <ChevronRight className={cx('size-3.5 shrink-0 text-ink-faint transition-transform', open && 'rotate-90')} aria-hidden />
          <span className="text-xs text-ink-soft">
            <Moment time={event.time} />
          </span>
        </button>
      </td>
      <td className={cx(cell, 'max-md:hidden')} title={event.actor}>
        {event.actor}
      </td>
      <td className={cx(cell, 'max-sm:hidden')}>
        <Badge tone={actionTone(event.action)}>{action}</Badge>
      </td>
      <td className={cell} title={target}>
        <span className="block truncate text-2xs text-ink-soft sm:hidden">{action}</span>
        <Target event={event} />
      </td>
      {grouped ? <td className={cx(cell, 'font-mono text-xs text-ink-soft max-lg:hidden')}>{event.group}</td> : null}
      <td className={cx(cell, 'tnum text-right text-ink-soft max-lg:hidden')}>
        {event.newRevision === null ? '' : event.oldRevision === null ? event.newRevision : `${event.oldRevision} → ${event.newRevision}`}
      </td>
      <td id={described} className={cx(cell, 'text-ink-soft max-lg:hidden')} title={event.message}>
        {event.message}
      </td>
    </tr>
  );
}

function Target({ event }: { readonly event: AuditEvent }): ReactElement {
  const { namespace, key } = event;
  if (namespace === null) return <span className="text-ink-soft">{targetText(event)}</span>;
  return (
    <span className="font-mono text-[0.8125rem]">
      {key === null ? null : <span className="font-medium">{key} </span>}
      <span className="text-ink-soft">{namespace}</span>
    </span>
  );
}
