/**
 * The end of a group that is retiring (spec 4, section 3): its log is sealed, `default` takes its history over page by page, and
 * the registry lets it go, whereupon its replicas go everywhere. As with moves, every step may be repeated and be made by two
 * drivers at once; the logs alone say how far it has come.
 */
import { DEFAULT_GROUP } from '../../../lib/contract/token.ts';
import type { ArchiveRecord } from '../../shards/archive.ts';
import type { CommandBody, CommandResult } from '../../state/types.ts';
import type { MovePorts } from './ports.ts';

/** A command with events stays below this many bytes, unless one event is larger. */
const PAGE_BYTES = 900 * 1024;

/** @returns whether the group has ended; if not, the same again goes on */
export async function retire(ports: MovePorts, group: string): Promise<boolean> {
  const sealed = await archiveAfter(ports, group, { type: 'seal-group' });
  if (sealed === null) return false;
  const { final } = sealed;
  const known = await ports.read(DEFAULT_GROUP, { type: 'archive', group }, 0);
  if (known === null) return false;
  let taken = known.data;
  while (taken?.complete !== true) {
    if (!ports.leads()) return false;
    const before: number | null = taken?.cursor ?? null;
    const page = await ports.read(group, { type: 'archiveRows', after: before, bytesMax: PAGE_BYTES }, final.index);
    if (page === null || page.applied.index < final.index) return false;
    const { events, cursor: after, done: complete, auditFloorIndex, historyFloorIndex } = page.data;
    const floors = { auditFloorIndex, historyFloorIndex };
    const next = await archiveAfter(ports, DEFAULT_GROUP, {
      type: 'import-archive',
      group,
      before,
      after,
      final,
      ...floors,
      complete,
      events,
    });
    if (next === null || (!next.complete && next.cursor === before)) return false;
    // Another driver may be at it too: what is here decides where to go on.
    taken = next;
  }
  const registry = await ports.readLatest(DEFAULT_GROUP, { type: 'registry' });
  if (registry === null) return false;
  const expectedEpoch = registry.data.epoch;
  const removed = await appliedOf(ports, DEFAULT_GROUP, { type: 'remove-group', expectedEpoch, id: group });
  return removed?.kind === 'registry';
}

/** Null: the group could not be reached, or it is not the time. */
async function archiveAfter(ports: MovePorts, group: string, body: CommandBody): Promise<ArchiveRecord | null> {
  const result = await appliedOf(ports, group, body);
  return result?.kind === 'archive' ? result.record : null;
}

async function appliedOf(ports: MovePorts, group: string, body: CommandBody): Promise<CommandResult | null> {
  const outcome = await ports.propose(group, body);
  return outcome.kind === 'applied' ? outcome.applied.result : null;
}
