/**
 * Which namespaces a path-wise prefix covers: `teams/a` covers `teams/a` and `teams/a/b`, not `teams/ab`.
 * Namespaces are ASCII (spec 2), so JavaScript and SQLite order them alike.
 */
import { isWithin } from '../../lib/contract/names.ts';
import type { Scope } from './types.ts';

/** Whether a caller with this scope may see the namespace. */
export function inScope(scope: Scope, namespace: string): boolean {
  return scope === null || scope.some((prefix) => isWithin(namespace, prefix));
}

/** Names in `[from, to)`; `to` null: no upper end. */
export interface NameRange {
  readonly from: string;
  readonly to: string | null;
}

/**
 * The first string above all that start with `prefix`, in code point order; null when there is none.
 * `abc` gives `abd`.
 */
export function prefixEnd(prefix: string): string | null {
  const points = Array.from(prefix, (char) => char.codePointAt(0) as number);
  for (let last = points.pop(); last !== undefined; last = points.pop()) {
    if (last >= 0x10_ffff) continue;
    // Surrogates are no characters: the next one after U+D7FF is U+E000.
    points.push(last === 0xd7ff ? 0xe000 : last + 1);
    return String.fromCodePoint(...points);
  }
  return null;
}

function intersect(a: NameRange, b: NameRange): NameRange | null {
  const from = a.from > b.from ? a.from : b.from;
  const to = a.to === null ? b.to : b.to === null || a.to < b.to ? a.to : b.to;
  return to !== null && from >= to ? null : { from, to };
}

/**
 * The namespaces that a scope shows and whose names start with `prefix` (as strings), as disjoint ranges in ascending order.
 * `/` + 1 is `0`, so everything below `a` is `[a/, a0)`, and `a` itself `[a, a\0)`.
 */
export function namespaceRanges(prefix: string, scope: Scope): readonly NameRange[] {
  const all: NameRange = { from: prefix, to: prefixEnd(prefix) };
  if (scope === null) return [all];
  const roots = [...new Set(scope)].filter((name) => !scope.some((other) => other !== name && isWithin(name, other)));
  const ranges: NameRange[] = [];
  for (const name of roots) {
    for (const range of [
      { from: name, to: `${name}\0` },
      { from: `${name}/`, to: `${name}0` },
    ]) {
      const shown = intersect(all, range);
      if (shown !== null) ranges.push(shown);
    }
  }
  return ranges.toSorted((a, b) => (a.from < b.from ? -1 : 1));
}
