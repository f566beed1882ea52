/**
 * Terms of applied entries without asking the state each time. Terms never fall along a log: when entry `from` and a later
 * applied entry have the same term, so does everything between them.
 */
import type { LogPosition } from '../../lib/contract/model.ts';
import type { Engine } from '../engine/types.ts';

interface Stretch {
  readonly term: number;
  /** Lowest index known to have the term. */
  readonly from: number;
  /** Highest index known to have it. */
  readonly to: number;
}

export class TermProofs {
  readonly #engine: Engine;
  /** Per group, the stretch of the newest term seen. Applied entries never change, so it stays true. */
  readonly #stretches = new Map<string, Stretch>();

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** Takes the applied position that a read reported. */
  learn(group: string, applied: LogPosition): void {
    if (applied.index > 0) this.#widen(group, applied.term, applied.index);
  }

  /** Term of the entry at `index`, as `Engine.termAt`. */
  termAt(group: string, index: number): number | 'below-floor' | 'not-applied' {
    const stretch = this.#stretches.get(group);
    if (stretch !== undefined && index >= stretch.from && index <= stretch.to) return stretch.term;
    const term = this.#engine.termAt(group, index);
    if (typeof term === 'number') this.#widen(group, term, index);
    return term;
  }

  /** Position of the entry that was applied last. */
  position(group: string): LogPosition {
    const index = this.#engine.view(group).appliedIndex;
    const term = index === 0 ? 0 : this.termAt(group, index);
    // The two looks were at different states: one read knows index and term of one.
    return typeof term === 'number' ? { term, index } : this.#engine.read(group, { type: 'keyById', id: '' }).applied;
  }

  #widen(group: string, term: number, index: number): void {
    const known = this.#stretches.get(group);
    if (known === undefined || term > known.term) this.#stretches.set(group, { term, from: index, to: index });
    else if (term === known.term && (index < known.from || index > known.to)) {
      this.#stretches.set(group, { term, from: Math.min(known.from, index), to: Math.max(known.to, index) });
    }
  }
}
