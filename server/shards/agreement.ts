/**
 * Whether states of several groups go together (spec 4, section 2). A range that is changing hands is kept by nobody for a
 * moment, and replicas that lag may both claim it: an answer over several groups is whole only where, of every move, exactly
 * one side keeps the range.
 */
import type { MoveRecord } from './import.ts';

/** What the states say that one answer was read from. */
export interface GroupMoves {
  readonly group: string;
  readonly records: readonly Pick<MoveRecord, 'move' | 'state'>[];
}

interface Sides {
  giver: MoveRecord['state'] | null;
  taker: MoveRecord['state'] | null;
}

const GIVEN: ReadonlySet<MoveRecord['state']> = new Set(['fenced', 'released', 'forgotten']);

/**
 * A move whose range these states keep twice or not at all; null when they go together.
 *
 * @param partiesOf the two groups of a move, as far as the registry knows it
 */
export function disagreement(
  parts: readonly GroupMoves[],
  partiesOf: (move: string) => { readonly from: string; readonly to: string } | null,
): string | null {
  const moves = new Map<string, Sides>();
  for (const { records } of parts) {
    for (const { move, state } of records) {
      const sides = moves.get(move) ?? { giver: null, taker: null };
      moves.set(move, sides);
      if (GIVEN.has(state) || state === 'lifted') sides.giver = state;
      else sides.taker = state;
    }
  }
  const present = new Set(parts.map(({ group }) => group));
  for (const [move, { giver, taker }] of moves) {
    const [given, taken] = [giver !== null && GIVEN.has(giver), taker === 'owned'];
    if (given === taken) continue;
    const parties = partiesOf(move);
    // A group that has been removed has nothing more to say: what it had has gone on to others.
    if (parties !== null && !present.has(given ? parties.to : parties.from)) continue;
    return move;
  }
  return null;
}
