/**
 * Where everything of the cluster's picture stands: one lane per replica, and on it the last entries of the log as cells that
 * line up between the lanes. Pure: a status in, coordinates out.
 */
import type { ClusterStatus, NodeRow, ReplicaRow } from '../../lib/contract/cluster.ts';
import { isFresh } from './summary.ts';

export type CellState =
  /** Reads on this replica see it. */
  | 'applied'
  /** Committed, on this replica's disk or on its way to it, and not in its state yet. */
  | 'committed'
  /** In this replica's log; a majority has not confirmed it yet, as far as is known. */
  | 'logged'
  /** The leader has it, this replica does not. */
  | 'missing';

export interface Cell {
  readonly index: number;
  readonly x: number;
  readonly state: CellState;
}

export interface Lane {
  readonly node: NodeRow;
  readonly replica: ReplicaRow | null;
  readonly leads: boolean;
  /** What is drawn is of now. */
  readonly fresh: boolean;
  readonly ageMs: number;
  readonly y: number;
  readonly cells: readonly Cell[];
  /** Entries that this replica has yet to apply, left of the first cell. */
  readonly behindLeft: number;
}

/** From the leader to a replica that copies from it. */
export interface Arrow {
  readonly to: string;
  readonly path: string;
  readonly alive: boolean;
}

export interface Geometry {
  readonly width: number;
  readonly top: number;
  readonly bottom: number;
  readonly laneHeight: number;
  /** Of the line that the arrows run along. */
  readonly busX: number;
  /** Where arrows end. */
  readonly chipX: number;
  /** Height, below the top of the lane, at which arrows start and end. */
  readonly chipMiddle: number;
  readonly cellsX: number;
  readonly cellsTop: number;
  readonly cell: number;
  readonly pitch: number;
  readonly cells: number;
}

export const WIDE: Geometry = {
  width: 1060,
  top: 40,
  bottom: 30,
  laneHeight: 72,
  busX: 10,
  chipX: 30,
  chipMiddle: 28,
  cellsX: 228,
  cellsTop: 16,
  cell: 22,
  pitch: 27,
  cells: 24,
};

export const NARROW: Geometry = {
  width: 352,
  top: 34,
  bottom: 28,
  laneHeight: 76,
  busX: 5,
  chipX: 18,
  chipMiddle: 11,
  cellsX: 18,
  cellsTop: 26,
  cell: 22,
  pitch: 28,
  cells: 12,
};

export interface Picture {
  readonly height: number;
  readonly lanes: readonly Lane[];
  readonly arrows: readonly Arrow[];
  /** Numbers over the cells. */
  readonly axis: readonly { readonly index: number; readonly x: number }[];
  /** Right edge of the last committed cell; null when nothing that is drawn is committed. */
  readonly commitX: number | null;
  /** Middle of the cell of what the reader has seen; null when it lies outside. */
  readonly seenX: number | null;
}

/**
 * @param seenIndex of the newest entry that this browser has seen; null when it has seen none
 */
export function layoutPicture(status: ClusterStatus, groupId: string, geometry: Geometry, seenIndex: number | null): Picture {
  const group = status.groups.find(({ id }) => id === groupId);
  const members = group?.members ?? [];
  const lastOf = (replica: ReplicaRow): number => Math.max(replica.lastIndex, replica.appliedIndex);
  const commit = group?.commitIndex ?? 0;
  const last = Math.max(1, commit, ...members.map(lastOf));
  const first = Math.max(1, last - geometry.cells + 1);
  const xOf = (index: number): number => geometry.cellsX + (index - first) * geometry.pitch;

  const lanes = status.nodes.map((node, row): Lane => {
    const replica = members.find((member) => member.node === node.id) ?? null;
    const ageMs = Math.max(node.ageMs, replica?.ageMs ?? 0);
    const cells: Cell[] = [];
    if (replica !== null)
      for (let index = first; index <= last; index += 1) cells.push({ index, x: xOf(index), state: cellState(index, replica, commit) });
    const fresh = isFresh(node, ageMs);
    return {
      node,
      replica,
      leads: fresh && group?.leader === node.id,
      fresh,
      ageMs,
      y: geometry.top + row * geometry.laneHeight,
      cells,
      behindLeft: replica === null ? 0 : Math.max(0, Math.min(commit, first - 1) - replica.appliedIndex),
    };
  });

  const axis = [];
  for (let index = last; index >= first; index -= 5) axis.unshift({ index, x: xOf(index) + geometry.cell / 2 });
  return {
    height: geometry.top + lanes.length * geometry.laneHeight + geometry.bottom,
    lanes,
    arrows: arrowsOf(lanes, geometry),
    axis,
    commitX: commit >= first ? xOf(commit) + geometry.cell : null,
    seenX: seenIndex !== null && seenIndex >= first && seenIndex <= last ? xOf(seenIndex) + geometry.cell / 2 : null,
  };
}

function cellState(index: number, replica: ReplicaRow, commit: number): CellState {
  if (index <= replica.appliedIndex) return 'applied';
  if (index > replica.lastIndex) return 'missing';
  return index <= commit ? 'committed' : 'logged';
}

/** The leader is where every change goes first, so all arrows start there. */
function arrowsOf(lanes: readonly Lane[], { busX, chipX, chipMiddle }: Geometry): readonly Arrow[] {
  const leader = lanes.find(({ leads }) => leads);
  if (leader === undefined) return [];
  const from = leader.y + chipMiddle;
  return lanes
    .filter((lane) => lane !== leader && lane.replica !== null)
    .map((lane) => {
      const to = lane.y + chipMiddle;
      const bend = to > from ? 6 : -6;
      return {
        to: lane.node.id,
        path: `M${chipX} ${from}H${busX + 6}Q${busX} ${from} ${busX} ${from + bend}V${to - bend}Q${busX} ${to} ${busX + 6} ${to}H${chipX - 3}`,
        alive: lane.fresh,
      };
    });
}
