import { parseSync, Visitor } from 'oxc-parser';
import type { Program } from 'oxc-parser';

/** One way in which a file names another module. */
export interface ImportSite {
  /** As written: `./log.ts`, `node:fs`, `@/components/button.tsx`. */
  readonly specifier: string;
  /** Line of the specifier, from 1. */
  readonly line: number;
  /** Whether it is gone at run time: `import type`, `import { type X }`, `import('x').Y` in a type. */
  readonly typeOnly: boolean;
}

/** A name that is used as a value or a type, not merely as a property's name. */
export interface NameUse {
  readonly name: string;
  readonly line: number;
}

/** What the rules need to know about one file. */
export interface ParsedFile {
  readonly path: string;
  readonly imports: readonly ImportSite[];
  readonly names: readonly NameUse[];
  /** Lines with `async` or `await` in any form. */
  readonly asyncLines: readonly number[];
  /** Line of the default export, if there is one. */
  readonly defaultExportLine: number | null;
  /** Whether the file starts with the directive 'use client'. */
  readonly isClient: boolean;
}

/** Turns character offsets into line numbers. */
function lineCounter(text: string): (offset: number) => number {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return (offset) => {
    let low = 0;
    let high = starts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    return low + 1;
  };
}

interface Sink {
  addImport(specifier: unknown, offset: number, typeOnly: boolean): void;
  addName(name: string, offset: number): void;
  addAsync(offset: number): void;
}

/** Everything that the parser's own module record does not tell. */
function visit(program: Program, sink: Sink): void {
  // Names of properties and keys are identifiers too, but they refer to nothing; they are visited after their parent has noted them.
  const propertyNames = new Set<object>();
  const noteProperty = (node: { computed: boolean }, name: object) => {
    if (!node.computed) propertyNames.add(name);
  };
  const addFunction = (node: { async: boolean; start: number }) => {
    if (node.async) sink.addAsync(node.start);
  };
  new Visitor({
    MemberExpression: (node) => noteProperty(node, node.property),
    Property: (node) => {
      if (!node.shorthand) noteProperty(node, node.key);
    },
    MethodDefinition: (node) => noteProperty(node, node.key),
    PropertyDefinition: (node) => noteProperty(node, node.key),
    TSPropertySignature: (node) => noteProperty(node, node.key),
    TSMethodSignature: (node) => noteProperty(node, node.key),
    TSQualifiedName: (node) => propertyNames.add(node.right),
    Identifier: (node) => {
      if (!propertyNames.has(node)) sink.addName(node.name, node.start);
    },
    FunctionDeclaration: addFunction,
    FunctionExpression: addFunction,
    ArrowFunctionExpression: addFunction,
    AwaitExpression: (node) => sink.addAsync(node.start),
    ForOfStatement: (node) => {
      if (node.await) sink.addAsync(node.start);
    },
    ImportExpression: (node) => sink.addImport('value' in node.source ? node.source.value : null, node.start, false),
    TSImportType: (node) => sink.addImport(node.source.value, node.start, true),
    NewExpression: (node) => {
      // new URL('./thread.ts', import.meta.url) is how a worker names its module.
      const [first, second] = node.arguments;
      const isUrl = node.callee.type === 'Identifier' && node.callee.name === 'URL' && second !== undefined;
      if (isUrl && first?.type === 'Literal' && /\.m?tsx?$|\.mjs$/.test(String(first.value)))
        sink.addImport(first.value, node.start, false);
    },
    CallExpression: (node) => {
      const [first] = node.arguments;
      const isRequire = node.callee.type === 'Identifier' && node.callee.name === 'require';
      if (isRequire && first?.type === 'Literal') sink.addImport(first.value, node.start, false);
    },
  }).visit(program);
}

/**
 * Parses one file.
 *
 * @throws Error when it does not parse: a file that no rule can see must not count as seen
 */
export function parseFile(path: string, text: string): ParsedFile {
  const result = parseSync(path, text);
  if (result.errors.length > 0) throw new Error(`${path} does not parse: ${result.errors[0]?.message}`);
  const lineOf = lineCounter(text);
  const imports: ImportSite[] = [];
  const names: NameUse[] = [];
  const asyncLines: number[] = [];
  const sink: Sink = {
    addImport: (specifier, offset, typeOnly) => {
      const known = typeof specifier === 'string' ? specifier : '(computed)';
      imports.push({ specifier: known, line: lineOf(offset), typeOnly });
    },
    addName: (name, offset) => names.push({ name, line: lineOf(offset) }),
    addAsync: (offset) => asyncLines.push(lineOf(offset)),
  };

  let defaultExportLine: number | null = null;
  for (const { moduleRequest, entries, start } of result.module.staticImports) {
    const typeOnly = entries.length > 0 && entries.every((entry) => entry.isType);
    sink.addImport(moduleRequest.value, start, typeOnly);
  }
  for (const { entries, start } of result.module.staticExports) {
    for (const entry of entries) {
      if (entry.moduleRequest) sink.addImport(entry.moduleRequest.value, start, entry.isType);
      if (entry.exportName.kind === 'Default' || entry.exportName.name === 'default') defaultExportLine = lineOf(start);
    }
  }
  visit(result.program, sink);

  const [first] = result.program.body;
  const isClient = first !== undefined && 'directive' in first && first.directive === 'use client';
  return { path, imports, names, asyncLines, defaultExportLine, isClient };
}
