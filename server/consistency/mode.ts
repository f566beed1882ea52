/** Which mode a read gets (spec 1, section 3). */
import type { ConsistencyMode } from '../../lib/contract/model.ts';

export interface ModeInput {
  /** What the caller asked for, or null. */
  readonly asked: ConsistencyMode | null;
  /** Whether the token constrains a group that this read touches. `0:0` constrains nothing. */
  readonly constrained: boolean;
  /** The node's setting. */
  readonly defaultMode: ConsistencyMode;
}

/** The mode that is really given: what is done, and what `X-Confman-Consistency` reports. */
export function selectMode({ asked, constrained, defaultMode }: ModeInput): ConsistencyMode {
  const wanted = asked ?? (constrained ? stronger('read-your-writes', defaultMode) : defaultMode);
  // A session that has not written yet has nothing to wait for, and is told so.
  return wanted === 'read-your-writes' && !constrained ? 'eventual' : wanted;
}

const STRENGTH: Readonly<Record<ConsistencyMode, number>> = { eventual: 0, 'read-your-writes': 1, linearizable: 2 };

function stronger(a: ConsistencyMode, b: ConsistencyMode): ConsistencyMode {
  return STRENGTH[a] >= STRENGTH[b] ? a : b;
}
