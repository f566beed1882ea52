/** Drives the moves of a test cluster, step by step, as the driver of a node does. */
import { must } from '../../../lib/kernel/assert.ts';
import type { TestCluster } from '../../engine/testing/test-cluster.ts';
import type { MoveCursor } from '../../shards/import.ts';
import type { RegistryMove } from '../../shards/registry.ts';
import { retire } from '../../services/moves/retire.ts';
import type { CommandBody, CommandResult } from '../../state/types.ts';

export class MoveDriver {
  readonly #cluster: TestCluster;

  constructor(cluster: TestCluster) {
    this.#cluster = cluster;
  }

  get moves(): readonly RegistryMove[] {
    return this.#node.read('default', { type: 'registry' }).data.moves.filter(({ phase }) => phase === 'announced');
  }

  get #node() {
    return this.#cluster.engine(this.#cluster.leader ?? 'n1');
  }

  async #apply(group: string, body: CommandBody): Promise<{ readonly index: number; readonly result: CommandResult }> {
    const command = { actor: { keyId: '', name: 'confman' }, requestId: '', idempotency: null, body };
    const outcome = await this.#node.propose(group, command, { timeoutMs: 5_000, forward: 'always', frees: false, after: null });
    if (outcome.kind !== 'applied') throw new TypeError(`a step of a move ended with ${outcome.kind}`);
    return { index: outcome.applied.position.index, result: must(outcome.applied.result, 'a command has a result') };
  }

  /** Copies what there is; returns how far it came. */
  async copy({ id, from, to, range }: RegistryMove): Promise<MoveCursor> {
    for (;;) {
      const before = this.#node.read(to, { type: 'move', move: id }).data?.cursor ?? null;
      const { rows, cursor, done } = this.#node.read(from, { type: 'rangeRows', range, cursor: before, bytesMax: 65_536 }).data;
      await this.#apply(to, { type: 'import-rows', move: id, range, before, after: cursor, rows });
      if (done) return cursor;
    }
  }

  /** From here on nobody keeps the range. */
  async fence({ id, from, range }: RegistryMove): Promise<number> {
    return (await this.#apply(from, { type: 'fence-range', move: id, range })).index;
  }

  async own({ id, to }: RegistryMove, cursor: MoveCursor, fromFinalIndex: number): Promise<number> {
    return (await this.#apply(to, { type: 'own-range', move: id, cursor, fromFinalIndex })).index;
  }

  async flip({ id }: RegistryMove, fromFinalIndex: number, toStartIndex: number): Promise<void> {
    await this.#apply('default', { type: 'flip-move', move: id, fromFinalIndex, toStartIndex });
  }

  async release({ id, from }: RegistryMove): Promise<void> {
    for (;;) {
      const { result } = await this.#apply(from, { type: 'release-range', move: id, rowsMax: 100 });
      if (result.kind !== 'range' || !result.more) return;
    }
  }

  /** Lets a group that is retiring end. */
  async retire(group: string): Promise<void> {
    const node = this.#node;
    const ended = await retire(
      {
        leads: () => true,
        propose: async (of, body) => {
          const command = { actor: { keyId: '', name: 'confman' }, requestId: '', idempotency: null, body };
          return node.propose(of, command, { timeoutMs: 5_000, forward: 'always', frees: false, after: null });
        },
        read: async (of, query) => node.read(of, query),
        readLatest: async (of, query) => node.read(of, query),
        nowMs: () => 0,
      },
      group,
    );
    if (!ended) throw new TypeError(`the group ${group} does not end`);
  }

  /** The whole of every move that is announced. */
  async driveAll(): Promise<void> {
    for (const move of this.moves) {
      await this.copy(move);
      const fromFinalIndex = await this.fence(move);
      await this.flip(move, fromFinalIndex, await this.own(move, await this.copy(move), fromFinalIndex));
      await this.release(move);
    }
  }
}
