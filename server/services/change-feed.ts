/**
 * The changes of all groups as one stream (spec 2, "Watch"): within each group in the order of its log, without a gap. It is
 * pulled: nothing is read while the consumer has not taken what came before, so a slow one costs one page.
 *
 * What has been given is one position per group, so a stream goes on anywhere from the token of any event. When a namespace
 * changes hands, its changes in the group that gave it away come before those in the group that took it.
 */
import type { LogPosition } from '../../lib/contract/model.ts';
import { DEFAULT_GROUP, REGISTRY_GROUP, type Token, formatFullVersion, formatVersion } from '../../lib/contract/token.ts';
import type { Scope } from '../state/types.ts';
import type { WatchCommand } from '../state/watch-types.ts';
import type { Call, Services } from './context.ts';
import { historyOf } from './cursor.ts';
import type { Alarm, StreamEvent } from './stream-event.ts';

const NOTHING: LogPosition = { term: 0, index: 0 };
/** Groups without a replica here are asked so often. */
export const REMOTE_POLL_MS = 250;

export interface FeedQuery {
  readonly namespacePrefix: string | null;
  readonly keyPrefix: string;
  readonly values: boolean;
  readonly rowsMax: number;
  readonly bytesMax: number;
}

/** What happened next. */
export type FeedItem =
  | { readonly kind: 'change'; readonly group: string; readonly command: WatchCommand }
  /** History of the group no longer reaches back to where the stream was. */
  | { readonly kind: 'compacted'; readonly group: string; readonly oldest: LogPosition; readonly applied: LogPosition };

export class ChangeFeed {
  readonly #services: Services;
  readonly #query: FeedQuery;
  readonly #positions: Map<string, LogPosition>;
  readonly #listening = new Map<string, () => void>();
  readonly #alarm: Alarm;
  readonly #call: Call;
  /** Whether some group had more than one page, or waits for another one. */
  behind = false;
  #waits = false;

  /** @param start from `startPositions` */
  constructor(services: Services, call: Call, query: FeedQuery, start: ReadonlyMap<string, LogPosition>, alarm: Alarm) {
    this.#services = services;
    this.#query = query;
    this.#positions = new Map(start);
    this.#alarm = alarm;
    this.#call = { ...call, consistency: { ...call.consistency, mode: 'eventual', token: [] } };
    this.#listen();
  }

  /** Whether some group can only be asked, and does not tell by itself. */
  get polls(): boolean {
    return this.#services.map.groups.some((group) => !this.#services.remote.isHere(group));
  }

  get positions(): ReadonlyMap<string, LogPosition> {
    return this.#positions;
  }

  /** Token to resume from; with histories. Undefined: nothing has been seen of a cluster with one group. */
  get token(): string | undefined {
    const { engine, map } = this.#services;
    if (map.epoch === 0) {
      const position = this.#positions.get(DEFAULT_GROUP) ?? NOTHING;
      return position.index === 0 ? undefined : formatFullVersion(historyOf(engine, DEFAULT_GROUP), DEFAULT_GROUP, position);
    }
    const elements = [...this.#lines()].map(([group, position]) => formatFullVersion(historyOf(engine, group), group, position));
    return elements.join(',');
  }

  /** The same for people to read. */
  get version(): string {
    const { map } = this.#services;
    if (map.epoch === 0) return formatVersion(DEFAULT_GROUP, this.#positions.get(DEFAULT_GROUP) ?? NOTHING);
    return [...this.#lines()].map(([group, position]) => formatVersion(group, position)).join(',');
  }

  *#lines(): Generator<readonly [string, LogPosition]> {
    const { groups, epoch } = this.#services.map;
    for (const group of groups) {
      const position = this.#positions.get(group);
      if (position !== undefined) yield [group, position];
    }
    yield [REGISTRY_GROUP, { term: 0, index: epoch }];
  }

  /** One page of every group, beginning with the one that was least far. */
  async *next(scope: Scope): AsyncGenerator<FeedItem> {
    this.#listen();
    this.behind = false;
    this.#waits = false;
    const before = this.token;
    for (const group of this.#services.map.groups) yield* this.#page(group, scope);
    if (this.#waits && this.token !== before) this.behind = true;
  }

  async *#page(group: string, scope: Scope): AsyncGenerator<FeedItem> {
    const { engine, gateway, remote } = this.#services;
    // A group that is new to the stream has nothing that the stream has not to tell.
    const from = this.#positions.get(group) ?? NOTHING;
    const query = { type: 'changes', afterIndex: from.index, scope, ...this.#query } as const;
    const { data, applied } = remote.isHere(group) ? engine.read(group, query) : await gateway.scanGroup(group, query, this.#call);
    if (data.kind === 'compacted') {
      yield { kind: 'compacted', group, oldest: data.oldest, applied };
      return;
    }
    for (const command of data.commands) {
      if (this.#mustWait(group, command.position)) return;
      this.#positions.set(group, command.position);
      yield { kind: 'change', group, command };
    }
    if (this.#mustWait(group, data.upTo)) return;
    if (data.upTo.index > from.index) this.#positions.set(group, data.upTo);
    if (data.more) this.behind = true;
  }

  /** Whether what a group has taken over has to be told by the group that gave it, first. */
  #mustWait(group: string, { index }: LogPosition): boolean {
    const { map } = this.#services;
    if (map.epoch === 0) return false;
    const waits = map.registry.ledger.some(
      ({ from, to, fromFinalIndex, toStartIndex }) =>
        to === group &&
        index >= toStartIndex &&
        (this.#positions.get(group)?.index ?? 0) < toStartIndex &&
        map.groups.includes(from) &&
        (this.#positions.get(from)?.index ?? 0) < fromFinalIndex,
    );
    this.#waits ||= waits;
    return waits;
  }

  /** Goes on from the present of a group that no longer reaches back. */
  skip(group: string, to: LogPosition): void {
    this.#positions.set(group, to);
  }

  #listen(): void {
    const { engine, map, remote } = this.#services;
    for (const group of map.groups) {
      if (this.#listening.has(group) || !remote.isHere(group)) continue;
      this.#listening.set(
        group,
        engine.onApplied(group, () => this.#alarm.wake()),
      );
    }
  }

  close(): void {
    for (const end of this.#listening.values()) end();
    this.#listening.clear();
  }
}

/**
 * Where a stream begins in each group: at its element; a group that came after the token, at its start; any other that the token
 * does not name, now.
 *
 * @param now applied positions that the stream's first read saw
 */
export function startPositions(
  { map }: Pick<Services, 'map'>,
  since: Token,
  now: readonly { readonly group: string; readonly applied: LogPosition }[],
): ReadonlyMap<string, LogPosition> {
  const positions = new Map<string, LogPosition>();
  const epoch = since.reduce((max, { group, index }) => (group === REGISTRY_GROUP && index > max ? index : max), 0n);
  const everything = since.some(({ group, index }) => group === DEFAULT_GROUP && index === 0n);
  for (const { group, applied } of now) {
    const named = since.filter((element) => element.group === group);
    const [highest] = named.toSorted((a, b) => (a.index > b.index ? -1 : 1));
    const created = map.registry.groups.find(({ id }) => id === group)?.createdEpoch ?? 0;
    const isNew = since.length > 0 && BigInt(created) > epoch;
    if (highest !== undefined) positions.set(group, { term: Number(highest.term), index: Number(highest.index) });
    else positions.set(group, everything || isNew ? NOTHING : applied);
  }
  return positions;
}

/** What is told of a position that is gone. */
export function compactedEvent(
  services: Services,
  feed: ChangeFeed,
  { group, oldest }: { readonly group: string; readonly oldest: LogPosition },
): StreamEvent {
  const { engine } = services;
  const token = [...feed.positions].map(([other, position]) =>
    formatFullVersion(historyOf(engine, other), other, other === group ? oldest : position),
  );
  return { event: 'compacted', data: { oldest: formatVersion(group, oldest), token: token.join(',') } };
}
