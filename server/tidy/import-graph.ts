import { posix } from 'node:path';

import type { ImportSite, ParsedFile } from './parse.ts';
import { parseFile } from './parse.ts';
import type { SourceTree } from './source-tree.ts';
import { isCode } from './source-tree.ts';

/** An import with the place where it leads. */
export interface ImportEdge extends ImportSite {
  readonly from: string;
  /** A file of the tree, or null when it leads out of it (a package or a module of Node). */
  readonly to: string | null;
}

/** All code files, parsed, and every import among them, resolved. */
export interface ImportGraph {
  readonly files: ReadonlyMap<string, ParsedFile>;
  readonly edges: readonly ImportEdge[];
  /** The same edges, by the file that has them. */
  readonly edgesFrom: ReadonlyMap<string, readonly ImportEdge[]>;
  /** Imports that lead to no file of the tree and to no package. */
  readonly broken: readonly ImportEdge[];
}

/** Worker threads are named by their bundle, which stands beside the one that starts them: `./reader-thread.mjs` -> its entry point. */
export type EntryPoints = Readonly<Record<string, string>>;

type Resolution = { readonly kind: 'file'; readonly path: string } | { readonly kind: 'outside' } | { readonly kind: 'broken' };

function resolve(from: string, specifier: string, tree: SourceTree, entryPoints: EntryPoints): Resolution {
  if (specifier === '(computed)') return { kind: 'outside' };
  const isAlias = specifier.startsWith('@/');
  if (!isAlias && !specifier.startsWith('.')) return { kind: 'outside' };
  const path = isAlias ? specifier.slice(2) : posix.join(posix.dirname(from), specifier);
  if (tree.has(path)) return { kind: 'file', path };
  const entryPoint = entryPoints[posix.basename(specifier, '.mjs')];
  if (specifier.endsWith('.mjs') && entryPoint !== undefined && tree.has(entryPoint)) return { kind: 'file', path: entryPoint };
  // Files that the build makes have no source to resolve to.
  if (/^\.next\/|next-env|^dist\//.test(path)) return { kind: 'outside' };
  return { kind: 'broken' };
}

/** Parses every code file of the tree and resolves all that it imports. */
export function buildGraph(tree: SourceTree, entryPoints: EntryPoints): ImportGraph {
  const files = new Map<string, ParsedFile>();
  const edgesFrom = new Map<string, ImportEdge[]>();
  const broken: ImportEdge[] = [];
  for (const [path, text] of tree) {
    if (!isCode(path)) continue;
    const file = parseFile(path, text);
    files.set(path, file);
    const own: ImportEdge[] = [];
    edgesFrom.set(path, own);
    for (const site of file.imports) {
      const resolution = resolve(path, site.specifier, tree, entryPoints);
      const edge = { ...site, from: path, to: resolution.kind === 'file' ? resolution.path : null };
      (resolution.kind === 'broken' ? broken : own).push(edge);
    }
  }
  return { files, edges: [...edgesFrom.values()].flat(), edgesFrom, broken };
}

/**
 * The files that are loaded with `start`, each with the chain of files that leads there. Types are gone at run time and are not followed.
 */
export function loadedWith(graph: ImportGraph, start: string): ReadonlyMap<string, readonly string[]> {
  const chains = new Map<string, readonly string[]>([[start, [start]]]);
  // The map grows while it is walked: that is the walk.
  for (const [path, chain] of chains) {
    for (const edge of graph.edgesFrom.get(path) ?? []) {
      if (edge.typeOnly || edge.to === null || chains.has(edge.to)) continue;
      chains.set(edge.to, [...chain, edge.to]);
    }
  }
  return chains;
}
