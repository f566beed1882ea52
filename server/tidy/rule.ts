import type { ImportGraph } from './import-graph.ts';
import type { SourceTree } from './source-tree.ts';

/** What a rule looks at: the whole tree, as text and as a graph. */
export interface Subject {
  readonly tree: SourceTree;
  readonly graph: ImportGraph;
  /** Names under `dependencies` in package.json: what is there at run time. */
  readonly runtimePackages: ReadonlySet<string>;
}

/** One breach of a rule. */
export interface Violation {
  readonly path: string;
  /** From 1; 0 when it is about the file as a whole. */
  readonly line: number;
  readonly what: string;
}

/** A rule of the house. */
export interface Rule {
  readonly name: string;
  /** What to do instead, as a sentence. */
  readonly instead: string;
  readonly check: (subject: Subject) => Iterable<Violation>;
}

/** One line for each breach, in a form that editors can jump to. */
export function report(rule: Rule, subject: Subject): string[] {
  return Array.from(rule.check(subject), ({ path, line, what }) => `${path}:${line} ${what} [${rule.name}] ${rule.instead}`.trimEnd());
}
