import { buildGraph } from './import-graph.ts';
import type { EntryPoints } from './import-graph.ts';
import type { Subject } from './rule.ts';
import type { SourceTree } from './source-tree.ts';

interface PackageJson {
  readonly dependencies?: Readonly<Record<string, string>>;
}

/** Parses a tree once for all rules; a made-up tree may lack the files of settings. */
export function subjectOf(tree: SourceTree): Subject {
  const settings = (path: string): unknown => JSON.parse(tree.get(path) ?? '{}');
  const { dependencies = {} } = settings('package.json') as PackageJson;
  return {
    tree,
    graph: buildGraph(tree, settings('scripts/entry-points.json') as EntryPoints),
    runtimePackages: new Set(Object.keys(dependencies)),
  };
}
