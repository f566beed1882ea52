/**
 * The changes of all groups as one stream (spec 2, "Watch"): within each group in the order of its log, without a gap. It is
 * pulled: nothing is read while the consumer has not taken what came before, so a slow one costs one page.
 *
 * What has been given is one position per group, so a stream goes on anywhere from the token of any event. When a namespace
 * changes hands, its changes in the group that gave it away come before those in the group that took it.
 */
import type { LogPosition } from '../../lib/contract/model.ts';
import { DEFAULT_GROUP, REGISTRY_GROUP, type Token, formatFullVersion, formatVersion } from '../../lib/contract/token.ts';
import type { AnswerOf, Query, Scope } from '../state/types.ts';
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
  /** Index up to which a group has nothing left to tell, where that is further than its last change: others may wait for it. */
  readonly #reached = new Map<string, number>();
  /** Groups that have ended, and of which everything has been told. */
  readonly #ended = new Set<string>();
  readonly #alarm: Alarm;
  readonly #call: Call;
  /** Whether some group had more than one page, or waits for another one. */
  behind = false;
  #waits = false;
  /** Whether this round has brought some group further. */
  #advanced = false;

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
    for (const group of [...groups, ...this.#ending()]) {
      const position = this.#positions.get(group);
      if (position !== undefined) yield [group, position];
    }
    yield [REGISTRY_GROUP, { term: 0, index: epoch }];
  }

  /** Groups that have ended, and of which something may not have been told yet. */
  #ending(): readonly string[] {
    const open = this.#services.map.archived.filter(({ id }) => this.#positions.has(id) && !this.#ended.has(id));
    return open.map(({ id }) => id);
  }

  /** One page of every group. */
  async *next(scope: Scope): AsyncGenerator<FeedItem> {
    this.#listen();
    this.behind = false;
    this.#waits = false;
    this.#advanced = false;
    for (const group of [...this.#ending(), ...this.#services.map.groups]) yield* this.#page(group, scope);
    if (this.#waits && this.#advanced) this.behind = true;
  }

  async *#page(group: string, scope: Scope): AsyncGenerator<FeedItem> {
    // A group that is new to the stream has nothing that the stream has not to tell.
    const from = this.#positions.get(group) ?? NOTHING;
    const query = { type: 'changes', afterIndex: from.index, scope, ...this.#query } as const;
    const answer = await this.#ask(group, query);
    // It has just ended: what it had to tell is told by another one, in the next round.
    if (answer === null) {
      this.behind = true;
      return;
    }
    const { data, applied, archived } = answer;
    if (data.kind === 'compacted') {
      yield { kind: 'compacted', group, oldest: data.oldest, applied };
      return;
    }
    for (const command of data.commands) {
      if (this.#mustWait(group, command.position)) return;
      this.#advance(group, command.position);
      yield { kind: 'change', group, command };
    }
    if (this.#mustWait(group, data.upTo)) return;
    if (data.upTo.index > from.index) this.#advance(group, data.upTo);
    if (data.more) this.behind = true;
    else if (archived) this.#ended.add(group);
  }

  async #ask(
    group: string,
    query: Query<'changes'>,
  ): Promise<{ readonly data: AnswerOf<'changes'>; readonly applied: LogPosition; readonly archived: boolean } | null> {
    const { engine, gateway, remote, map } = this.#services;
    const archived = map.archived.some(({ id }) => id === group);
    const [asked, question] = archived ? [DEFAULT_GROUP, { ...query, of: group }] : [group, query];
    try {
      const answer = remote.isHere(asked) ? engine.read(asked, question) : await gateway.scanGroup(asked, question, this.#call);
      return { ...answer, archived };
    } catch (error) {
      map.refresh();
      if (!archived && map.archived.some(({ id }) => id === group)) return null;
      throw error;
    }
  }

  #advance(group: string, to: LogPosition): void {
    this.#positions.set(group, to);
    this.#advanced = true;
  }

  #indexOf(group: string): number {
    return Math.max(this.#positions.get(group)?.index ?? 0, this.#reached.get(group) ?? 0);
  }

  /** Whether what a group has taken over has to be told by the group that gave it, first. Up to there it has told everything. */
  #mustWait(group: string, { index }: LogPosition): boolean {
    const { map } = this.#services;
    if (map.epoch === 0) return false;
    const at = this.#positions.get(group)?.index ?? 0;
    const open = [...map.groups, ...this.#ending()];
    const starts = map.registry.ledger
      .filter(({ to, toStartIndex }) => to === group && index >= toStartIndex && at < toStartIndex)
      .filter(({ from, fromFinalIndex }) => open.includes(from) && this.#indexOf(from) < fromFinalIndex)
      .map(({ toStartIndex }) => toStartIndex);
    if (starts.length === 0) return false;
    const reached = Math.min(...starts) - 1;
    // It may be what that very group waits for in turn: a range that went there and came back.
    if (reached > this.#indexOf(group)) {
      this.#reached.set(group, reached);
      this.#advanced = true;
    }
    this.#waits = true;
    return true;
  }

  /** Goes on from the present of a group that no longer reaches back. */
  skip(group: string, to: LogPosition): void {
    if (this.#services.map.archived.some(({ id }) => id === group)) this.#ended.add(group);
    else this.#positions.set(group, to);
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
  // Of a group that has ended, there is nothing from now on.
  const ended = map.archived.map(({ id }) => ({ group: id, applied: null }));
  for (const { group, applied } of [...now, ...ended]) {
    const named = since.filter((element) => element.group === group);
    const [highest] = named.toSorted((a, b) => (a.index > b.index ? -1 : 1));
    const created = map.registry.groups.find(({ id }) => id === group)?.createdEpoch ?? 0;
    const isNew = since.length > 0 && BigInt(created) > epoch;
    if (highest !== undefined) positions.set(group, { term: Number(highest.term), index: Number(highest.index) });
    else if (everything || isNew) positions.set(group, NOTHING);
    else if (applied !== null) positions.set(group, applied);
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
