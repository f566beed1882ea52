import type { ReactElement } from 'react';
import { useId } from 'react';
import type { ClusterStatus, GroupStatus } from '../../lib/contract/cluster.ts';
import { clusterText } from '../catalogue/cluster.ts';
import { text } from '../catalogue.ts';
import { ageText } from '../time.tsx';
import { cx } from '../ui/cx.ts';
import type { Arrow, Cell, CellState, Geometry, Lane, Picture } from './picture.ts';
import { layoutPicture, NARROW, WIDE } from './picture.ts';

export interface PictureViewProps {
  readonly status: ClusterStatus;
  readonly group: GroupStatus;
  /** Newest entry that this browser has seen; null for none. */
  readonly seenIndex: number | null;
  /** Something was committed just now: the arrows move. */
  readonly busy: boolean;
}

/** Nodes, who leads, and how far each one is: lanes with the end of the log, cell by cell. Words below say the same. */
export function PictureView(props: PictureViewProps): ReactElement {
  const { status, group, seenIndex } = props;
  const wide = layoutPicture(status, group.id, WIDE, seenIndex);
  const narrow = layoutPicture(status, group.id, NARROW, seenIndex);
  return (
    <div>
      <Drawing {...props} picture={wide} geometry={WIDE} className="hidden max-w-[66.25rem] lg:block" />
      <Drawing {...props} picture={narrow} geometry={NARROW} className="max-w-md lg:hidden" />
      <Legend />
      <Words lanes={wide.lanes} group={group} seenIndex={seenIndex} />
    </div>
  );
}

interface DrawingProps extends PictureViewProps {
  readonly picture: Picture;
  readonly geometry: Geometry;
  readonly className: string;
}

function Drawing({ status, group, seenIndex, busy, picture, geometry, className }: DrawingProps): ReactElement {
  const id = useId();
  const { width, top, cell, cellsX } = geometry;
  const { height, lanes, arrows, axis, commitX, seenX } = picture;
  const floor = height - geometry.bottom;
  return (
    <svg
      viewBox={`0 0 ${width} ${height}`}
      role="img"
      aria-label={clusterText.picture.summary(
        group.id,
        group.leader,
        lanes.map((lane) => clusterText.picture.laneSummary(lane.node.id, roleWord(lane), lagWord(lane))),
      )}
      className={cx('h-auto w-full overflow-visible', className)}
    >
      <defs>
        <pattern id={`${id}-hatch`} width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <rect width="5" height="5" className="fill-warn-wash" />
          <rect width="2" height="5" className="fill-warn-mark" />
        </pattern>
        <marker id={`${id}-tip`} viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">
          <path d="M0 0L8 4L0 8Z" className="fill-accent" />
        </marker>
        <marker id={`${id}-tip-dead`} viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">
          <path d="M0 0L8 4L0 8Z" className="fill-ink-faint" />
        </marker>
      </defs>
      {axis.map(({ index, x }) => (
        <text key={index} x={x} y={top - 10} textAnchor="middle" className="tnum fill-ink-faint font-mono text-[10px]">
          {index}
        </text>
      ))}
      {commitX === null ? null : (
        <g>
          <path d={`M${commitX + 2.5} ${top - 22}V${floor - 4}`} className="stroke-ok-mark" strokeWidth="1.5" strokeDasharray="3 3" />
          <text x={commitX - 1} y={top - 24} textAnchor="end" className="fill-ok text-[11px] font-medium">
            {clusterText.picture.committed}
          </text>
        </g>
      )}
      {arrows.map((arrow) => (
        <Flow key={arrow.to} arrow={arrow} busy={busy} marker={`url(#${id}-tip${arrow.alive ? '' : '-dead'})`} />
      ))}
      {lanes.map((lane) => (
        <LaneView key={lane.node.id} lane={lane} geometry={geometry} hatch={`url(#${id}-hatch)`} here={status.node === lane.node.id} />
      ))}
      {seenX === null || seenIndex === null ? null : (
        <g>
          <path d={`M${seenX} ${floor - 1}l-4.5 7h9z`} className="fill-accent" />
          <text
            x={Math.max(cellsX + 40, Math.min(seenX, width - 60))}
            y={floor + 19}
            textAnchor={seenX > width - 120 ? 'end' : 'middle'}
            className="fill-accent text-[11px] font-medium"
          >
            {clusterText.picture.youSaw(seenIndex)}
          </text>
          <rect x={seenX - cell / 2 - 2} y={top} width={cell + 4} height={floor - top - 4} rx="5" className="fill-accent/7" />
        </g>
      )}
    </svg>
  );
}

function Flow({ arrow, busy, marker }: { readonly arrow: Arrow; readonly busy: boolean; readonly marker: string }): ReactElement {
  return (
    <path
      d={arrow.path}
      fill="none"
      markerEnd={marker}
      strokeWidth="1.75"
      strokeDasharray={arrow.alive ? (busy ? '5 4' : undefined) : '2 5'}
      className={cx(
        arrow.alive ? 'stroke-accent' : 'stroke-ink-faint/60',
        arrow.alive && busy && 'motion-safe:animate-[flow_600ms_linear_infinite]',
      )}
    />
  );
}

function LaneView({
  lane,
  geometry,
  hatch,
  here,
}: {
  readonly lane: Lane;
  readonly geometry: Geometry;
  readonly hatch: string;
  readonly here: boolean;
}): ReactElement {
  const { y, cells, fresh, behindLeft } = lane;
  const cellsY = y + geometry.cellsTop;
  return (
    <g>
      {geometry === WIDE ? <Chip lane={lane} here={here} /> : <NarrowHead lane={lane} geometry={geometry} here={here} />}
      <g opacity={fresh ? 1 : 0.45}>
        {cells.map((cell) => (
          <CellView key={cell.index} cell={cell} y={cellsY} size={geometry.cell} hatch={hatch} />
        ))}
      </g>
      {behindLeft > 0 ? (
        <text x={geometry.cellsX} y={cellsY + geometry.cell + 14} className="tnum fill-warn text-[11px] font-medium">
          ← {clusterText.picture.moreLeft(behindLeft)}
        </text>
      ) : null}
    </g>
  );
}

/** A node as a labelled box; the leader's is filled and wears the crown. */
function Chip({ lane, here }: { readonly lane: Lane; readonly here: boolean }): ReactElement {
  const { y, leads, fresh, node } = lane;
  const x = WIDE.chipX;
  return (
    <g>
      <rect
        x={x}
        y={y}
        width="176"
        height="56"
        rx="9"
        strokeWidth="1.25"
        strokeDasharray={fresh ? undefined : '4 4'}
        className={
          leads ? 'fill-accent-wash stroke-accent' : fresh ? 'fill-raised stroke-line-strong/60' : 'fill-sunken stroke-line-strong'
        }
      />
      {leads ? <Crown x={x + 14} y={y + 13} /> : <circle cx={x + 22} cy={y + 20} r="5" className={dotColour(lane)} />}
      <text x={x + 40} y={y + 25} className={cx('text-[15px] font-semibold', fresh ? 'fill-ink' : 'fill-ink-faint')}>
        {node.id}
      </text>
      {here ? (
        <text x={x + 165} y={y + 24} textAnchor="end" className="fill-ink-faint text-[10.5px]">
          {clusterText.picture.here}
        </text>
      ) : null}
      <text x={x + 40} y={y + 43} className={cx('text-xs', leads ? 'fill-accent' : 'fill-ink-soft')}>
        {fresh ? roleWord(lane) : text.cluster.nodeStates[node.state]}
      </text>
      <text x={WIDE.cellsX + WIDE.cells * WIDE.pitch + 8} y={y + 24} className={cx('tnum text-[13px] font-medium', lagColour(lane))}>
        {lagWord(lane)}
      </text>
      <text x={WIDE.cellsX + WIDE.cells * WIDE.pitch + 8} y={y + 41} className="tnum fill-ink-faint text-[11px]">
        {sinceWord(lane)}
      </text>
    </g>
  );
}

function NarrowHead({ lane, geometry, here }: { readonly lane: Lane; readonly geometry: Geometry; readonly here: boolean }): ReactElement {
  const { y, leads, fresh, node } = lane;
  const x = geometry.chipX + 4;
  return (
    <g>
      {leads ? <Crown x={x + 1} y={y + 3} /> : <circle cx={x + 8} cy={y + 11} r="4.5" className={dotColour(lane)} />}
      <text x={x + 22} y={y + 16} className={cx('text-[14px] font-semibold', fresh ? 'fill-ink' : 'fill-ink-faint')}>
        {node.id}
        <tspan className={cx('text-xs font-normal', leads ? 'fill-accent' : 'fill-ink-soft')} dx="7">
          {here ? `${roleWord(lane)} · ${clusterText.picture.here}` : roleWord(lane)}
        </tspan>
      </text>
      <text x={geometry.width - 9} y={y + 16} textAnchor="end" className={cx('tnum text-[12px] font-medium', lagColour(lane))}>
        {lagWord(lane)}
      </text>
    </g>
  );
}

function Crown({ x, y }: { readonly x: number; readonly y: number }): ReactElement {
  return <path transform={`translate(${x} ${y})`} d="M0 3L4 7L8.5 0L13 7L17 3L15 13H2Z" className="fill-accent" />;
}

const cellFills: Readonly<Record<CellState, string>> = {
  applied: 'fill-accent stroke-accent',
  committed: 'stroke-warn-mark',
  logged: 'fill-surface stroke-accent',
  missing: 'fill-transparent stroke-line-strong/50',
};

function CellView({
  cell,
  y,
  size,
  hatch,
}: {
  readonly cell: Cell;
  readonly y: number;
  readonly size: number;
  readonly hatch: string;
}): ReactElement {
  return (
    <rect
      x={cell.x}
      y={y}
      width={size}
      height={size}
      rx="4"
      strokeWidth="1.25"
      strokeDasharray={cell.state === 'missing' ? '2 3' : undefined}
      fill={cell.state === 'committed' ? hatch : undefined}
      className={cx('transition-colors duration-300', cellFills[cell.state])}
    />
  );
}

function Legend(): ReactElement {
  const id = useId();
  const states = ['applied', 'committed', 'logged', 'missing'] as const;
  return (
    <ul aria-label={clusterText.picture.legend} className="mt-1 flex flex-wrap gap-x-5 gap-y-1 text-xs text-ink-soft">
      {states.map((state) => (
        <li key={state} className="flex items-center gap-1.5">
          <svg width="14" height="14" aria-hidden>
            <pattern id={`${id}-${state}`} width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
              <rect width="5" height="5" className="fill-warn-wash" />
              <rect width="2" height="5" className="fill-warn-mark" />
            </pattern>
            <CellView cell={{ index: 0, x: 1, state }} y={1} size={12} hatch={`url(#${id}-${state})`} />
          </svg>
          {clusterText.picture.cells[state]}
        </li>
      ))}
    </ul>
  );
}

/** What the picture shows, as sentences: who leads, who lags, and why the token helps. */
function Words({
  lanes,
  group,
  seenIndex,
}: {
  readonly lanes: readonly Lane[];
  readonly group: GroupStatus;
  readonly seenIndex: number | null;
}): ReactElement {
  const voters = group.members.filter(({ voter }) => voter).length;
  const silent = lanes.filter(({ fresh }) => !fresh).map(({ node }) => node.id);
  const behind = lanes.filter(({ fresh, replica }) => fresh && (replica?.lagEntries ?? 0) > 0);
  const words = clusterText.picture;
  return (
    <div className="mt-3 flex max-w-[52rem] flex-col gap-1 text-sm text-ink-soft">
      <p>{group.leader === null ? words.noLeader : words.leads(group.leader, Math.floor(voters / 2) + 1, voters)}</p>
      {group.leader === null ? null : behind.length === 0 ? <p>{silent.length === 0 ? words.allUpToDate : words.restUpToDate}</p> : null}
      {behind.map(({ node, replica }) => (
        <p key={node.id} className="text-ink">
          {words.behind(node.id, text.entries(replica?.lagEntries ?? 0), Math.min(seenIndex ?? group.commitIndex, group.commitIndex))}
        </p>
      ))}
      {silent.length === 0 ? null : <p>{words.silent(silent)}</p>}
    </div>
  );
}

function roleWord({ node, replica, fresh, ageMs }: Lane): string {
  if (!fresh)
    return replica === null && node.lastContactMs === null
      ? clusterText.picture.notHeard
      : `${text.cluster.nodeStates[node.state]}, ${clusterText.picture.lastKnown(ageText(Math.max(ageMs, node.lastContactMs ?? 0)))}`;
  return replica === null ? text.cluster.nodeStates[node.state] : text.cluster.roles[replica.role];
}

function lagWord({ replica, fresh }: Lane): string {
  return clusterText.picture.lag(fresh ? (replica?.lagEntries ?? null) : null);
}

function sinceWord({ node, replica, fresh, ageMs }: Lane): string {
  if (!fresh) return node.lastContactMs === null ? '' : clusterText.picture.lastKnown(ageText(Math.max(ageMs, node.lastContactMs)));
  if (replica === null || replica.lagMs === null || !(replica.lagEntries ?? 0)) return '';
  return clusterText.picture.since(replica.lagMs);
}

function lagColour({ replica, fresh }: Lane): string {
  if (!fresh || replica === null || replica.lagEntries === null) return 'fill-ink-faint';
  return replica.lagEntries === 0 ? 'fill-ok' : 'fill-warn';
}

function dotColour({ fresh, replica, node }: Lane): string {
  if (!fresh) return node.state === 'unreachable' ? 'fill-bad-mark' : 'fill-ink-faint';
  return replica?.role === 'quarantined' ? 'fill-bad-mark' : (replica?.lagEntries ?? 0) > 0 ? 'fill-warn-mark' : 'fill-ok-mark';
}
