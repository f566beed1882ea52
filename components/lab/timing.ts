/**
 * Puts what nodes say of an entry on the browser's clock. A node tells durations ("applied 3.2 ms before this answer"), and the
 * browser knows between which two moments the answer was made: so each node's times are known up to an interval. What certainly
 * came first (a request before its effect, an effect before its answer) makes it narrower. Nothing is guessed beyond that.
 *
 * All times are milliseconds since the start of a run.
 */
import type { EntrySteps } from '../../lib/contract/schemas/journal.ts';

export const STEPS = ['received', 'durable', 'committed', 'applied'] as const;
export type Step = (typeof STEPS)[number];

/** One answer of a node about the entry. */
export interface Observation {
  readonly askedMs: number;
  readonly answeredMs: number;
  readonly entry: EntrySteps;
}

export interface PlacedSteps extends Readonly<Record<Step, number | null>> {
  /** Each of the times may be off by so much, all of them alike. */
  readonly plusMinusMs: number;
}

/** What is certain of a step: it was not before one moment, not after another. */
export type Bounds = Readonly<Partial<Record<Step, { readonly notBefore?: number; readonly notAfter?: number }>>>;

/** @returns null without an observation, or when the entry was overwritten between two of them */
export function placeSteps(observations: readonly Observation[], bounds: Bounds): PlacedSteps | null {
  const last = observations.at(-1);
  if (last === undefined || last.entry.receivedAgoMs === null) return null;
  const receivedAgo = last.entry.receivedAgoMs;
  // Of the moment when the entry was received; the other steps are at fixed distances from it.
  let [low, high] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  const narrow = (from: number, to: number): void => {
    const [nextLow, nextHigh] = [Math.max(low, from), Math.min(high, to)];
    // Rounding on the way may leave nothing over: then the wider one stands.
    if (nextLow <= nextHigh) [low, high] = [nextLow, nextHigh];
  };
  for (const { askedMs, answeredMs, entry } of observations) {
    if (entry.term !== last.entry.term) return null;
    if (entry.receivedAgoMs !== null) narrow(askedMs - entry.receivedAgoMs, answeredMs - entry.receivedAgoMs);
  }
  const after = (step: Step): number | null => {
    const ago = agoOf(last.entry, step);
    return ago === null ? null : receivedAgo - ago;
  };
  for (const step of STEPS) {
    const distance = after(step);
    if (distance === null) continue;
    const { notBefore = Number.NEGATIVE_INFINITY, notAfter = Number.POSITIVE_INFINITY } = bounds[step] ?? {};
    narrow(notBefore - distance, notAfter - distance);
  }
  const received = (low + high) / 2;
  const at = (step: Step): number | null => {
    const distance = after(step);
    return distance === null ? null : received + distance;
  };
  return { received, durable: at('durable'), committed: at('committed'), applied: at('applied'), plusMinusMs: (high - low) / 2 };
}

function agoOf(entry: EntrySteps, step: Step): number | null {
  switch (step) {
    case 'received':
      return entry.receivedAgoMs;
    case 'durable':
      return entry.durableAgoMs;
    case 'committed':
      return entry.committedAgoMs;
    case 'applied':
      return entry.appliedAgoMs;
  }
}
