/** What the driver of moves needs of the groups, wherever their replicas are. */
import type { ProposeOutcome } from '../../engine/types.ts';
import type { CommandBody, Query, QueryName, ReadAnswer } from '../../state/types.ts';

export interface MovePorts {
  /** Whether this node leads `default`, by what it knows: only then it drives. Two that believe so do no harm. */
  leads(): boolean;
  /** Proposes through whoever leads the group, once, for a bounded time. */
  propose(group: string, body: CommandBody): Promise<ProposeOutcome>;
  /**
   * Reads a replica of the group that has applied `index`.
   * @returns null when none was found in time
   */
  read<N extends QueryName>(group: string, query: Query<N>, index: number): Promise<ReadAnswer<N> | null>;
  /** Reads the group as it is after everything that was acknowledged before; null when that cannot be had in time. */
  readLatest<N extends QueryName>(group: string, query: Query<N>): Promise<ReadAnswer<N> | null>;
  /** Monotonic, milliseconds. */
  nowMs(): number;
}
