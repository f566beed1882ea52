import type { ReactElement } from 'react';
import { useId } from 'react';
import { labText } from '../catalogue/lab.ts';
import { cx } from '../ui/cx.ts';
import type { DiagramLayout, Row, Tone } from './diagram.ts';
import { diagramOf, layoutDiagram, YOU } from './diagram.ts';
import type { Run } from './run.ts';

/** What happened, drawn: a column for everybody who took part, time downwards. */
export function DiagramView({ run }: { readonly run: Run }): ReactElement {
  const wide = layoutDiagram(diagramOf(run), 920, 84);
  const narrow = layoutDiagram(diagramOf(run, 5), 352, 46);
  return (
    <>
      <Drawing run={run} layout={wide} className="hidden md:block" />
      <Drawing run={run} layout={narrow} className="mx-auto max-w-md md:hidden" />
    </>
  );
}

const strokes: Readonly<Record<Tone, string>> = {
  plain: 'stroke-ink-soft',
  good: 'stroke-ok',
  wait: 'stroke-warn',
  bad: 'stroke-bad',
};
const fills: Readonly<Record<Tone, string>> = { plain: 'fill-ink-soft', good: 'fill-ok', wait: 'fill-warn', bad: 'fill-bad' };
/** Each row appears a little after the one before: the order is the story. */
const STEP_S = 0.09;

function Drawing({
  run,
  layout,
  className,
}: {
  readonly run: Run;
  readonly layout: DiagramLayout;
  readonly className: string;
}): ReactElement {
  const id = useId();
  const { width, height, columns, rows, wait } = layout;
  const { plan, leader } = run;
  return (
    <svg
      viewBox={`0 0 ${width} ${height}`}
      role="img"
      aria-label={labText.result.diagram(plan.writer, plan.reader, plan.mode)}
      className={cx('h-auto w-full', className)}
    >
      <defs>
        {(['plain', 'good', 'wait', 'bad'] as const).map((tone) => (
          <marker key={tone} id={`${id}-${tone}`} viewBox="0 0 8 8" refX="7.5" refY="4" markerWidth="8" markerHeight="8" orient="auto">
            <path d="M0 0.5L8 4L0 7.5Z" className={fills[tone]} />
          </marker>
        ))}
      </defs>
      {columns.map(({ id: column, x }) => (
        <g key={column}>
          <path d={`M${x} 36V${height - 6}`} className="stroke-line-strong/50" strokeWidth="1.25" strokeDasharray="3 4" />
          <Head x={x} name={column} words={rolesOf(column, run)} leads={column === leader} narrow={width < 500} />
        </g>
      ))}
      {wait === null ? null : (
        <g>
          <rect
            x={wait.x - 6}
            y={wait.y1}
            width="12"
            height={Math.max(8, wait.y2 - wait.y1)}
            rx="4"
            className="fill-warn-mark/35 stroke-warn-mark"
          />
          <Halo
            x={wait.x > width - 120 ? wait.x - 12 : wait.x + 12}
            y={wait.y1 + Math.max(8, wait.y2 - wait.y1) / 2 + 4}
            anchor={wait.x > width - 120 ? 'end' : 'start'}
            tone="wait"
            strong
          >
            {wait.label}
          </Halo>
        </g>
      )}
      {rows.map((row, at) => (
        <g
          key={`${row.item.from}/${row.item.to}/${row.item.label}`}
          className="motion-safe:animate-[appear_240ms_both]"
          style={{ animationDelay: `${at * STEP_S}s` }}
        >
          <Time row={row} narrow={width < 500} />
          {row.item.kind === 'message' ? <Message row={row} marker={`url(#${id}-${row.item.tone})`} /> : <Mark row={row} width={width} />}
        </g>
      ))}
    </svg>
  );
}

function Head({
  x,
  name,
  words,
  leads,
  narrow,
}: {
  readonly x: number;
  readonly name: string;
  readonly words: string;
  readonly leads: boolean;
  readonly narrow: boolean;
}): ReactElement {
  const half = narrow ? 31 : 58;
  return (
    <g>
      <rect
        x={x - half}
        y="2"
        width={half * 2}
        height="34"
        rx="8"
        strokeWidth="1.25"
        className={name === YOU ? 'fill-ink stroke-ink' : leads ? 'fill-accent-wash stroke-accent' : 'fill-raised stroke-line-strong/60'}
      />
      <text
        x={x}
        y={words === '' ? 24 : 17}
        textAnchor="middle"
        className={cx('text-[13px] font-semibold', name === YOU ? 'fill-surface' : 'fill-ink')}
      >
        {name === YOU ? labText.result.you : name}
      </text>
      {words === '' ? null : (
        <text x={x} y="30" textAnchor="middle" className={cx('text-[10px]', leads ? 'fill-accent' : 'fill-ink-soft')}>
          {words}
        </text>
      )}
    </g>
  );
}

function rolesOf(column: string, { plan, leader }: Run): string {
  if (column === YOU) return '';
  const roles = [
    ...(column === leader ? [labText.result.leads] : []),
    ...(column === plan.writer ? [labText.result.writes] : []),
    ...(column === plan.reader ? [labText.result.reads] : []),
  ];
  return roles.join(' · ');
}

function Time({ row: { item, y }, narrow }: { readonly row: Row; readonly narrow: boolean }): ReactElement | null {
  if (item.atMs === null) return null;
  return (
    <text
      x={narrow ? 42 : 76}
      y={y + 4}
      textAnchor="end"
      className={cx('tnum fill-ink-faint font-mono', narrow ? 'text-[9px]' : 'text-[11px]')}
    >
      {labText.time(item.atMs)}
    </text>
  );
}

/** An arrow from one column to another; dashed where nobody measured when. */
function Message({ row: { item, y, fromX, toX }, marker }: { readonly row: Row; readonly marker: string }): ReactElement {
  const direction = toX > fromX ? 1 : -1;
  return (
    <>
      <path
        d={`M${fromX + 4 * direction} ${y}H${toX - 4 * direction}`}
        markerEnd={marker}
        strokeWidth={item.tone === 'plain' ? 1.5 : 2}
        strokeDasharray={item.atMs === null ? '5 4' : undefined}
        className={strokes[item.tone]}
      />
      <Halo x={(fromX + toX) / 2} y={y - 6} anchor="middle" tone={item.tone} strong={item.tone !== 'plain'}>
        {item.label}
      </Halo>
    </>
  );
}

/** A dot on a column: something that happened there. */
function Mark({ row: { item, y, fromX }, width }: { readonly row: Row; readonly width: number }): ReactElement {
  const left = fromX > width - 90;
  return (
    <>
      <circle
        cx={fromX}
        cy={y}
        r="4.5"
        strokeWidth="1.75"
        className={cx(strokes[item.tone], item.tone === 'plain' || item.tone === 'bad' ? 'fill-surface' : fills[item.tone])}
      />
      <Halo x={left ? fromX - 10 : fromX + 10} y={y + 4} anchor={left ? 'end' : 'start'} tone={item.tone}>
        {item.label}
      </Halo>
    </>
  );
}

/** Words over lines, on a rim of the ground colour. */
function Halo({
  x,
  y,
  anchor,
  tone,
  strong = false,
  children,
}: {
  readonly x: number;
  readonly y: number;
  readonly anchor: 'start' | 'middle' | 'end';
  readonly tone: Tone;
  readonly strong?: boolean;
  readonly children: string;
}): ReactElement {
  return (
    <text
      x={x}
      y={y}
      textAnchor={anchor}
      paintOrder="stroke"
      strokeWidth="4"
      strokeLinejoin="round"
      className={cx('stroke-surface text-[11px]', fills[tone], strong && 'font-semibold')}
    >
      {children}
    </text>
  );
}
