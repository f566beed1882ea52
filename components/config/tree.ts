import type { Namespace } from '../../lib/contract/model.ts';

/** One line of the tree: a namespace, or a folder that only holds others. */
export interface TreeRow {
  /** The whole path, `teams/payments`. */
  readonly path: string;
  /** The last segments: folders with a single child are folded into one line, `payments/prod`. */
  readonly label: string;
  readonly depth: number;
  /** Null for a folder that is not itself a namespace. */
  readonly namespace: Namespace | null;
  readonly hasChildren: boolean;
  readonly open: boolean;
}

interface Branch {
  readonly path: string;
  readonly label: string;
  namespace: Namespace | null;
  readonly children: Map<string, Branch>;
}

function grow(namespaces: readonly Namespace[]): Branch {
  const root: Branch = { path: '', label: '', namespace: null, children: new Map() };
  for (const namespace of namespaces) {
    let branch = root;
    for (const segment of namespace.namespace.split('/')) {
      let child = branch.children.get(segment);
      if (child === undefined) {
        child = { path: branch.path === '' ? segment : `${branch.path}/${segment}`, label: segment, namespace: null, children: new Map() };
        branch.children.set(segment, child);
      }
      branch = child;
    }
    branch.namespace = namespace;
  }
  return root;
}

const byName = new Intl.Collator('en', { numeric: true }).compare;

/**
 * The visible lines of the tree, from top to bottom.
 *
 * @param closed paths whose children are hidden
 * @param filter only namespaces whose path contains it, without regard to case; all are open then
 */
export function treeRows(namespaces: readonly Namespace[], closed: ReadonlySet<string>, filter: string): readonly TreeRow[] {
  const wanted = filter.trim().toLowerCase();
  const kept = wanted === '' ? namespaces : namespaces.filter(({ namespace }) => namespace.toLowerCase().includes(wanted));
  const rows: TreeRow[] = [];
  const walk = (branch: Branch, depth: number): void => {
    for (const child of [...branch.children.values()].toSorted((a, b) => byName(a.label, b.label))) {
      let shown = child;
      let label = child.label;
      for (let only = onlyChild(shown); only !== null; only = onlyChild(shown)) {
        shown = only;
        label = `${label}/${only.label}`;
      }
      const hasChildren = shown.children.size > 0;
      const open = hasChildren && (wanted !== '' || !closed.has(shown.path));
      rows.push({ path: shown.path, label, depth, namespace: shown.namespace, hasChildren, open });
      if (open) walk(shown, depth + 1);
    }
  };
  walk(grow(kept), 0);
  return rows;
}

function onlyChild(branch: Branch): Branch | null {
  if (branch.namespace !== null || branch.children.size !== 1) return null;
  return [...branch.children.values()][0] ?? null;
}
