/* oxlint-disable vitest/no-standalone-expect -- what clients expect is part of the test that lets them act */
/** Clients of a world of groups: they write wherever an old registry sends them, and remember every answer that they got. */
import { expect } from 'vitest';
import type { GroupWorld } from '../../../engine/testing/group-world.ts';
import type { ProposeOutcome } from '../../../engine/types.ts';
import { type Registry, RegistryRouter } from '../../../shards/registry.ts';
import type { CommandBody, CommandResult } from '../../../state/types.ts';

export const GROUPS = ['default', 'a', 'b'];
const NAMESPACES = ['x', 'x/1', 'x/2', 'y', 'y/1'];
const KEYS = ['k1', 'k2', 'k3'];

/** No partition is asked for: all routes of this test are by prefix, but for those of `default`. */
const PARTITION = (): number => 0;

interface Known {
  /** Values by revision; null for a deletion. */
  readonly history: (string | null)[];
}

export class Clients {
  readonly world: GroupWorld;
  readonly keys = new Map<string, Known>();
  readonly requests: { readonly namespace: string; readonly id: string; readonly body: CommandBody; readonly result: CommandResult }[] = [];
  /** Namespaces that exist. */
  readonly namespaces = new Set<string>();
  refused = 0;
  readonly #chance: (below: number) => number;
  #written = 0;

  constructor(world: GroupWorld, chance: (below: number) => number) {
    this.world = world;
    this.#chance = chance;
  }

  /** One client does something, with what some replica of `default` knows. */
  act(): void {
    const namespace = this.#pick(NAMESPACES);
    const group = placeOf(this.world.read('default', { type: 'registry' }).data, namespace);
    const action = this.#chance(10);
    if (action === 0) return this.#deleteNamespace(group, namespace);
    if (action === 1) return this.#repeat();
    this.#write(group, namespace);
  }

  #pick<T>(from: readonly T[]): T {
    return from[this.#chance(from.length)] as T;
  }

  known(namespace: string, key: string): Known {
    const id = `${namespace} ${key}`;
    const known = this.keys.get(id) ?? { history: [] };
    this.keys.set(id, known);
    return known;
  }

  #write(group: string, namespace: string): void {
    const key = this.#pick(KEYS);
    const { history } = this.known(namespace, key);
    const isLive = (history.at(-1) ?? null) !== null;
    const value = `v${(this.#written += 1)}`;
    const isDelete = isLive && this.#chance(5) === 0;
    const operation = isDelete ? ({ op: 'delete', key } as const) : ({ op: 'put', key, value, type: null, validFor: ['text'] } as const);
    const body: CommandBody = { type: 'write', namespace, operations: [operation], message: '', createNamespace: true };
    const id = `request-${this.#written}`;
    const outcome = this.world.propose(group, body, 'commit', { scope: id, request: 'body' });
    const result = resultOf(outcome);
    if (result.kind === 'moved') return void (this.refused += 1);
    if (result.kind !== 'written') throw new Error(`${namespace} ${key} in ${group}: ${JSON.stringify(result)}`);
    history.push(isDelete ? null : value);
    this.namespaces.add(namespace);
    const [change] = result.changes;
    const revision = change?.op === 'put' ? change.entry.revision : change?.revision;
    expect([namespace, key, revision]).toEqual([namespace, key, history.length]);
    this.requests.push({ namespace, id, body, result });
  }

  #deleteNamespace(group: string, namespace: string): void {
    const result = resultOf(this.world.propose(group, { type: 'delete-namespace', namespace }));
    if (result.kind === 'moved') return;
    expect(result.kind).toBe(this.namespaces.delete(namespace) ? 'namespace-deleted' : 'refused');
    let deleted = 0;
    for (const key of KEYS) {
      const { history } = this.known(namespace, key);
      if ((history.at(-1) ?? null) === null) continue;
      history.push(null);
      deleted += 1;
    }
    if (result.kind === 'namespace-deleted') expect(result.entriesDeleted).toBe(deleted);
  }

  /** A request that was answered comes again, wherever its namespace is by now. */
  #repeat(): void {
    const request = this.requests[this.#chance(Math.max(1, this.requests.length))];
    if (request === undefined) return;
    const group = placeOf(this.world.read('default', { type: 'registry' }).data, request.namespace);
    const outcome = this.world.propose(group, request.body, 'commit', { scope: request.id, request: 'body' });
    const result = resultOf(outcome);
    if (result.kind === 'moved') return;
    expect(result).toEqual(request.result);
    expect(outcome.kind === 'applied' && outcome.applied.replayed).toBe(true);
  }

  /** Whatever any group says it keeps is as it was last written; and never do two say so. */
  check(): void {
    for (const namespace of NAMESPACES) {
      const keeping = GROUPS.filter((group) => this.world.readLatest(group, { type: 'namespace', namespace }).moved !== true);
      expect(keeping.length).toBeLessThanOrEqual(1);
      for (const group of keeping) this.#checkNamespace(group, namespace);
    }
  }

  #checkNamespace(group: string, namespace: string): void {
    const { world } = this;
    for (const key of KEYS) {
      const { history } = this.known(namespace, key);
      const { data } = world.readLatest(group, { type: 'entry', namespace, key });
      expect([namespace, key, data?.value ?? null]).toEqual([namespace, key, history.at(-1) ?? null]);
    }
    const row = world.readLatest(group, { type: 'namespace', namespace }).data;
    const live = KEYS.filter((key) => (this.known(namespace, key).history.at(-1) ?? null) !== null).length;
    expect([namespace, row?.entries ?? null]).toEqual([namespace, this.namespaces.has(namespace) ? live : null]);
  }

  /** After everything has come to rest: histories whole, listings whole, each namespace exactly once. */
  checkAtRest(): void {
    const { world } = this;
    this.check();
    const registry = world.readLatest('default', { type: 'registry' }).data;
    const listed = GROUPS.flatMap((group) =>
      world
        .readLatest(group, { type: 'namespaces', prefix: '', scope: null, after: null, rowsMax: 100 })
        .data.rows.map(({ namespace }) => namespace),
    );
    expect(listed.toSorted()).toEqual([...this.namespaces].toSorted());
    for (const namespace of NAMESPACES) {
      const group = placeOf(registry, namespace);
      for (const key of KEYS) {
        const { history } = this.known(namespace, key);
        const { rows } = world.readLatest(group, { type: 'history', namespace, key, beforeRevision: null, rowsMax: 1000 }).data;
        expect(rows.map(({ revision, value }) => [revision, value])).toEqual(
          history.map((value, at) => [at + 1, value] as const).toReversed(),
        );
      }
    }
    for (const group of GROUPS) expect(world.hashes(group).size).toBe(1);
  }
}

export function resultOf(outcome: ProposeOutcome): CommandResult {
  if (outcome.kind !== 'applied' || outcome.applied.result === null) throw new Error(`not applied: ${outcome.kind}`);
  return outcome.applied.result;
}

function placeOf(registry: Registry, namespace: string): string {
  return new RegistryRouter(registry).place(namespace, PARTITION).group;
}
