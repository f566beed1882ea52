/**
 * Answers that span groups: every group is asked under its own element of the token, and all of them answer or none (spec 4,
 * section 2). Their states need not be of one moment, but of every range that changes hands exactly one of them speaks.
 */
import { DEFAULT_GROUP } from '../../lib/contract/token.ts';
import { disagreement } from '../shards/agreement.ts';
import type { MoveRecord } from '../shards/import.ts';
import type { ConsistencyMode } from '../../lib/contract/model.ts';
import type { AnswerOf, Query, QueryName } from '../state/types.ts';
import { maxWaitOf } from './consistent-read.ts';
import type { Call, ReadResult, Services } from './context.ts';
import { ServiceError } from './errors.ts';
import type { ReadFacts } from './errors.ts';
import { movedError } from './gateway.ts';

/** Between two tries, while ranges are changing hands. */
const HOLD_MS = 15;

/** What groups have said of moves, until they have more to say. */
const recordsOf = new WeakMap<Services, Map<string, { readonly at: number; readonly records: readonly MoveRecord[] }>>();

export type Gathered<N extends QueryName> = readonly ReadResult<AnswerOf<N>>[];

/**
 * Asks every group at once.
 *
 * @param queryOf null for a group that has nothing to add
 * @param settled whether what moves must be in exactly one of the answers
 * @param archivedOf the question about a group that has ended, to be asked of `default`; null: it has nothing to add
 * @throws ServiceError of the first group that cannot answer: nothing is left out in silence
 */
export async function gather<N extends QueryName>(
  services: Services,
  call: Call,
  queryOf: (group: string) => Query<N> | null,
  settled = true,
  archivedOf: (group: string) => Query<N> | null = () => null,
): Promise<Gathered<N>> {
  const { map, reads, gateway, sources } = services;
  const startedMs = sources.tickMs();
  const deadlineMs = startedMs + maxWaitOf(call);
  if (!reads.routable(call)) await reads.awaitRouting(call, deadlineMs);
  for (let held = false; ; held = true) {
    const { groups, epoch } = map;
    const rest: Call = held
      ? { ...call, consistency: { ...call.consistency, maxWaitMs: Math.max(1, deadlineMs - sources.tickMs()) } }
      : call;
    const asked = groups.map((group) => ({ group, query: queryOf(group) }));
    const ended = map.archived.map(({ id }) => ({ group: id, query: archivedOf(id) }));
    const answers = await Promise.allSettled([
      ...asked.map(async ({ group, query }) => (query === null ? null : gateway.scanGroup(group, query, rest))),
      ...ended.map(async ({ group, query }) =>
        query === null ? null : { ...(await gateway.scanGroup(DEFAULT_GROUP, query, rest)), group, archived: true },
      ),
    ]);
    map.refresh();
    const gone = map.epoch !== epoch && groups.some((group) => !map.groups.includes(group));
    const failed = answers.find((answer) => answer.status === 'rejected');
    if (failed !== undefined && !gone) throw failed.reason;
    const parts = answers.flatMap((answer) => (answer.status === 'fulfilled' && answer.value !== null ? [answer.value] : []));
    if (!gone && (!settled || (await agree(services, rest, parts)))) return parts;
    if (!(await reads.pause(HOLD_MS, deadlineMs, call))) throw movedError(null, map.epoch);
  }
}

async function agree(services: Services, call: Call, parts: readonly ReadResult<unknown>[]): Promise<boolean> {
  if (parts.every(({ ownershipIndex = 0 }) => ownershipIndex === 0)) return true;
  const known = await Promise.all(
    parts.map(async ({ group, ownershipIndex = 0 }) => ({ group, records: await movesOf(services, call, group, ownershipIndex) })),
  );
  const told = known.flatMap(({ group, records }) => (records === null ? [] : [{ group, records }]));
  if (told.length < known.length) return false;
  const { moves, ledger } = services.map.registry;
  const partiesOf = (move: string): { readonly from: string; readonly to: string } | null =>
    moves.find(({ id }) => id === move) ?? ledger.find((row) => row.move === move) ?? null;
  return disagreement(told, partiesOf) === null;
}

/** What a group knows of moves in the state that it answered from; null when it knows more by now. */
async function movesOf(services: Services, call: Call, group: string, at: number): Promise<readonly MoveRecord[] | null> {
  if (at === 0) return [];
  const kept = recordsOf.get(services) ?? new Map<string, { readonly at: number; readonly records: readonly MoveRecord[] }>();
  recordsOf.set(services, kept);
  const found = kept.get(group);
  if (found?.at === at) return found.records;
  const local: Call = { ...call, consistency: { ...call.consistency, mode: 'eventual', token: [] } };
  const { data, ownershipIndex = 0 } = await services.gateway.scanGroup(group, { type: 'moves' }, local);
  kept.set(group, { at: ownershipIndex, records: data });
  return ownershipIndex === at ? data : null;
}

const STRENGTH: Readonly<Record<ConsistencyMode, number>> = { eventual: 0, 'read-your-writes': 1, linearizable: 2 };

/** Several answers as one: `default` speaks first. A group that the token did not constrain has kept it as well as the others. */
export function factsOf(parts: readonly ReadResult<unknown>[]): ReadFacts {
  const live = parts.filter(({ archived }) => archived !== true);
  const [first, ...others] = live.length > 0 ? live : parts.slice(0, 1).map((part) => ({ ...part, group: DEFAULT_GROUP }));
  if (first === undefined) throw new ServiceError('internal-error', 'no group was asked');
  const mode = others.reduce((strongest, part) => (STRENGTH[part.mode] > STRENGTH[strongest] ? part.mode : strongest), first.mode);
  const { group, applied, waitedMs, replica } = first;
  return { group, applied, waitedMs, replica, mode, also: others };
}
