/** What is known of one group from outside: its one log, the promises kept of it, and what clients were told. */
import { assert } from '../../lib/kernel/assert.ts';
import { GENESIS } from '../replica/genesis.ts';
import { Ledger } from './client.ts';
import { History } from './history.ts';
import { Safety } from './safety.ts';
import type { SimNode } from './sim-node.ts';

export class GroupWorld {
  readonly group: string;
  readonly history = new History(GENESIS.index);
  readonly safety: Safety;
  readonly ledger = new Ledger();
  readonly #nodes: readonly SimNode[];

  constructor(group: string, nodes: readonly SimNode[]) {
    this.group = group;
    this.safety = new Safety(nodes, this.history, group);
    this.#nodes = nodes;
  }

  compareHashes(): void {
    for (const node of this.#nodes) {
      const live = node.stateDisk.group(this.group).live;
      if (live === null) continue;
      this.history.compareHash(node.name, live.applied().index, live.hash());
    }
  }

  /** Whether every replica that is to be there has come to the end of the log. */
  get converged(): boolean {
    return this.#nodes.every((node) =>
      node.damaged
        ? node.machine(this.group) === null || !node.serving
        : node.applied(this.group)?.index === this.history.last && node.log(this.group)?.lastIndex() === this.history.last,
    );
  }

  /** At the very end, when nothing happens any more. */
  checkEnd(): void {
    const places = this.#nodes.map((node) => `${node.name} ${String(node.applied(this.group)?.index)}`);
    assert(this.converged, () => `the replicas of ${this.group} did not converge to ${this.history.last}: ${places.join(', ')}`);
    this.compareHashes();
    this.safety.checkLogs();
    this.safety.checkApplied();
    for (const [scope, position] of this.ledger.acks) {
      assert(this.history.effectOf(scope)?.index === position.index, () => `the acknowledged write ${scope} at ${position.index} is gone`);
    }
    for (const scope of this.ledger.never)
      assert(this.history.effectOf(scope) === null, () => `${scope} was certainly not done, but its effect is there`);
  }
}
