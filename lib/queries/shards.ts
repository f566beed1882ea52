import { queryOptions } from '@tanstack/react-query';
import type { AuditAction, AuditEvent } from '../contract/model.ts';
import type { Registry } from '../contract/schemas/shards.ts';
import { keys } from './keys.ts';
import type { Reader } from './reader.ts';
import { failuresOf } from './retry.ts';

/** While something is under way: the event stream is faster, unless it is lost. */
const BUSY_MS = 2_000;
/** Changes come by the event stream; this is for when it is lost. */
const IDLE_MS = 30_000;

/** Whether something goes on by itself. */
function isBusy({ moves, groups }: Registry): boolean {
  return moves.some(({ phase }) => phase === 'announced') || groups.some(({ state }) => state === 'retiring');
}

/** Groups, routes, partitions and moves; asked again and again while something is under way. */
export function registryQuery(reader: Reader) {
  return queryOptions({
    queryKey: keys.registry(),
    queryFn: ({ client, queryKey, signal }) => reader.client.shards.registry({ ...reader.options(failuresOf(client, queryKey)), signal }),
    refetchInterval: ({ state }) => (state.data !== undefined && isBusy(state.data.data) ? BUSY_MS : IDLE_MS),
  });
}

/** Where a namespace lives, and why. */
export function placementQuery(reader: Reader, namespace: string) {
  return queryOptions({
    queryKey: keys.placement(namespace),
    queryFn: ({ client, queryKey, signal }) =>
      reader.client.shards.placement(namespace, { ...reader.options(failuresOf(client, queryKey)), signal }),
  });
}

/** What the audit says of a move that is done. */
export interface MoveTimes {
  /** When it was done; milliseconds since 1970. */
  readonly doneAtMs: number;
  /** From the fence to the registry that names the new group; null when the fence is no longer kept. */
  readonly fenceMs: number | null;
}

const ACTIONS: readonly AuditAction[] = ['range.fenced', 'move.completed'];
const EVENTS_PER_ACTION = 100;

/** When moves were done and how long writes to their ranges had to wait, by the audit: by move. */
export function moveTimesQuery(reader: Reader) {
  return queryOptions({
    queryKey: keys.moveTimes(),
    queryFn: async ({ client, queryKey, signal }): Promise<Readonly<Record<string, MoveTimes>>> => {
      const options = { ...reader.options(failuresOf(client, queryKey)), limit: EVENTS_PER_ACTION, signal };
      const pages = await Promise.all(ACTIONS.map((action) => reader.client.audit({ ...options, action }).page()));
      return moveTimesOf(pages.flatMap(({ data }) => data.items));
    },
  });
}

/** An event of a move begins with the move's name. */
export function moveTimesOf(events: readonly Pick<AuditEvent, 'action' | 'message' | 'time'>[]): Readonly<Record<string, MoveTimes>> {
  const fenced = new Map<string, number>();
  for (const { action, message, time } of events) if (action === 'range.fenced') fenced.set(message, Date.parse(time));
  const times: Record<string, MoveTimes> = {};
  for (const { action, message, time } of events) {
    const move = message.split(' ')[0] ?? '';
    if (action !== 'move.completed' || move === '') continue;
    const fencedAtMs = fenced.get(move);
    times[move] = { doneAtMs: Date.parse(time), fenceMs: fencedAtMs === undefined ? null : Math.max(0, Date.parse(time) - fencedAtMs) };
  }
  return times;
}
