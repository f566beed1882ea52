/** Whether the states of this node, copied one after the other, would make one cluster again. */
import type { Registry } from '../shards/registry.ts';

/** What is looked at before the copies, and again behind them. */
export interface BackupMoment {
  /** Of the registry: what changed it may have changed what the copies mean together. */
  readonly epoch: number;
  /** Groups that this node has no readable state of: a backup without them would lose what they keep. */
  readonly missing: readonly string[];
  /** Rows are on their way between groups, or a replica here has not yet all that a done move has brought: they could be in no copy. */
  readonly moving: boolean;
}

/**
 * @param registry as applied here; null while it has never changed
 * @param applied index that the replica here has applied of a group; null: nothing is readable
 */
export function backupMoment(registry: Registry | null, applied: (group: string) => number | null): BackupMoment {
  if (registry === null) return { epoch: 0, missing: [], moving: false };
  const groups = registry.groups.filter(({ state }) => state !== 'retired').map(({ id }) => id);
  const behind = registry.ledger.some(({ to, toStartIndex }) => groups.includes(to) && (applied(to) ?? 0) < toStartIndex);
  return {
    epoch: registry.epoch,
    missing: groups.filter((group) => applied(group) === null),
    moving: behind || registry.moves.some(({ phase }) => phase === 'announced'),
  };
}
