/** What identity and the applied index of a replica say about one element of a token (spec 1, section 4, rows 2 and 3). */
import type { TokenElement } from '../../lib/contract/token.ts';

/** Why this cluster can never serve an element. */
export type RefusalCode =
  | 'version-of-another-cluster'
  | 'version-of-another-lineage'
  | 'version-lost-in-restore'
  | 'version-of-another-history'
  | 'version-from-the-future'
  | 'version-of-unknown-group';

export interface Refusal {
  readonly kind: 'refuse';
  readonly code: RefusalCode;
  readonly detail: string;
}

/**
 * - `serve`: the replica has applied that very entry.
 * - `serve-unproven`: it is applied, but the terms table no longer reaches back to prove whose entry it is. Served and counted.
 * - `wait`: the replica is not there yet.
 */
export type Judgement = { readonly kind: 'serve' } | { readonly kind: 'serve-unproven' } | { readonly kind: 'wait' } | Refusal;

/** Whose log this is: cluster, and its lineages from the oldest to the current one. */
export interface Ancestry {
  readonly clusterId: string;
  readonly lineages: readonly { readonly id: string; readonly forkIndex: number | null }[];
}

export type TermAt = (index: number) => number | 'below-floor' | 'not-applied';

const SERVE: Judgement = { kind: 'serve' };
const WAIT: Judgement = { kind: 'wait' };

function refuse(code: RefusalCode, detail: string): Refusal {
  return { kind: 'refuse', code, detail };
}

/**
 * Row 2: whether the element can belong to this cluster at all. A bare element names no history and passes.
 * An entry of an earlier lineage lives on only as far as every restore since then took the log over.
 */
export function judgeHistory(element: TokenElement, ancestry: Ancestry): Refusal | null {
  if (element.history === null) return null;
  const [cluster, lineage] = [element.history.slice(0, 8), element.history.slice(9)];
  if (cluster !== ancestry.clusterId) {
    return refuse('version-of-another-cluster', `it was given by the cluster ${cluster}; this is the cluster ${ancestry.clusterId}`);
  }
  const from = ancestry.lineages.findIndex((known) => known.id === lineage);
  if (from === -1) return refuse('version-of-another-lineage', `this cluster has had no lineage ${lineage}`);
  let kept = Infinity;
  for (const { forkIndex } of ancestry.lineages.slice(from)) kept = Math.min(kept, forkIndex ?? Infinity);
  if (element.index <= indexCeiling(kept)) return null;
  return refuse('version-lost-in-restore', `the cluster was restored since then and has kept that lineage up to index ${kept} only`);
}

function indexCeiling(index: number): bigint {
  return index === Infinity ? 1n << 64n : BigInt(index);
}

/**
 * Row 3: whether a replica that has applied `appliedIndex` has the element's entry.
 * The index decides on freshness; the term only on whose entry it is.
 */
export function judgeApplied(element: TokenElement, appliedIndex: number, termAt: TermAt): Judgement {
  if (element.index > BigInt(appliedIndex)) return WAIT;
  if (element.index === 0n) return SERVE;
  const term = termAt(Number(element.index));
  if (term === 'below-floor') return { kind: 'serve-unproven' };
  // The state went back between two looks (a reader that was reopened): look again rather than judge.
  if (term === 'not-applied') return WAIT;
  if (BigInt(term) === element.term) return SERVE;
  return refuse('version-of-another-history', `the entry ${element.index} of this cluster has the term ${term}, not ${element.term}`);
}

/** Rows 2 and 3 together. */
export function judgeElement(element: TokenElement, ancestry: Ancestry, appliedIndex: number, termAt: TermAt): Judgement {
  return judgeHistory(element, ancestry) ?? judgeApplied(element, appliedIndex, termAt);
}
