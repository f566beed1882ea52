import { loadedWith } from './import-graph.ts';
import type { ImportEdge } from './import-graph.ts';
import { DETERMINISTIC_ROOMS, roomOf } from './rooms.ts';
import type { Rule, Subject, Violation } from './rule.ts';
import { isTest } from './source-tree.ts';

/** Rooms that bring everything together, and may therefore know both sides of the engine port. */
const COMPOSERS = ['server/main/', 'server/sim/', 'bench/', 'e2e/'];

/** Files that import a path which no rule can follow, each with its reason. */
const COMPUTED_IMPORTS: Readonly<Record<string, string>> = {
  'app/_server/embedded.ts': "loads the embedded node's bundle from dist/, which Next must not trace",
};

const violation = (edge: ImportEdge, what: string): Violation => ({ path: edge.from, line: edge.line, what });

/** `@scope/name/deep/path` -> `@scope/name`. */
function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

function* wrongWay({ graph }: Subject): Iterable<Violation> {
  for (const edge of graph.edges) {
    if (edge.to === null || isTest(edge.from)) continue;
    const from = roomOf(edge.from);
    const to = roomOf(edge.to);
    if (from === null || to === null || from === to || from.mayImport === 'anything' || from.mayImport.includes(to.path)) continue;
    if (edge.typeOnly && from.mayImportTypesOf?.includes(to.path) === true) continue;
    yield violation(
      edge,
      `${from.path || 'the root'} may not import ${to.path || 'files at the root'} (${edge.specifier}). ${from.instead}`,
    );
  }
}

function* outsidePackages({ graph, runtimePackages }: Subject): Iterable<Violation> {
  for (const edge of graph.edges) {
    if (edge.to !== null || edge.typeOnly || isTest(edge.from) || !/^(?:server|lib)\//.test(edge.from)) continue;
    if (edge.from.startsWith('server/tidy/') || edge.specifier.startsWith('node:') || edge.specifier === '(computed)') continue;
    if (!runtimePackages.has(packageOf(edge.specifier)))
      yield violation(edge, `imports ${edge.specifier}, which is not a run-time dependency.`);
  }
}

function* clientsThatReachTheServer({ graph }: Subject): Iterable<Violation> {
  for (const file of graph.files.values()) {
    if (!file.isClient) continue;
    for (const [reached, chain] of loadedWith(graph, file.path)) {
      if (reached.startsWith('server/')) yield { path: file.path, line: 1, what: `reaches the server: ${chain.join(' -> ')}.` };
      for (const edge of graph.edgesFrom.get(reached) ?? []) {
        const isNode = edge.specifier.startsWith('node:') && !edge.typeOnly;
        if (isNode) yield { path: file.path, line: 1, what: `reaches ${edge.specifier}: ${chain.join(' -> ')}.` };
      }
    }
    for (const edge of graph.edgesFrom.get(file.path) ?? []) {
      if (edge.typeOnly && edge.to?.startsWith('server/') === true)
        yield violation(edge, `imports a type of the server (${edge.specifier}).`);
    }
  }
}

function* secondCompositionRoots({ graph }: Subject): Iterable<Violation> {
  for (const file of graph.files.values()) {
    if (isTest(file.path) || COMPOSERS.some((prefix) => file.path.startsWith(prefix))) continue;
    const edges = graph.edgesFrom.get(file.path) ?? [];
    const service = edges.find((edge) => edge.to?.startsWith('server/services/') === true);
    if (service !== undefined && edges.some((edge) => edge.to?.startsWith('server/replica/') === true)) {
      yield violation(service, 'imports both the engine behind the port and the services in front of it.');
    }
  }
}

/** Rules about who imports what. */
export const IMPORT_RULES: readonly Rule[] = [
  {
    name: 'imports-run-one-way',
    instead: 'The table is server/tidy/rooms.ts.',
    check: wrongWay,
  },
  {
    name: 'imports-lead-somewhere',
    instead: "Name the file, with its extension: './log.ts'.",
    check: ({ graph }) => graph.broken.map((edge) => violation(edge, `there is no ${edge.specifier}.`)),
  },
  {
    name: 'every-directory-is-a-room',
    instead: 'Put it into a room, or enter a new room in server/tidy/rooms.ts with what it may import.',
    check: ({ graph }) =>
      [...graph.files.keys()].filter((path) => roomOf(path) === null).map((path) => ({ path, line: 0, what: 'lives in no room.' })),
  },
  {
    name: 'alias-for-pages-only',
    instead: 'Outside app/ and components/ imports are relative, because Node resolves no alias.',
    check: ({ graph }) =>
      graph.edges
        .filter((edge) => edge.specifier.startsWith('@/') && !/^(?:app|components)\//.test(edge.from))
        .map((edge) => violation(edge, `uses the alias: ${edge.specifier}.`)),
  },
  {
    name: 'imports-are-literal',
    instead: 'Write the path as a string, so that bundler and rules can follow it.',
    check: ({ graph }) =>
      graph.edges
        .filter((edge) => edge.specifier === '(computed)' && !edge.from.startsWith('scripts/') && !isTest(edge.from))
        .filter((edge) => COMPUTED_IMPORTS[edge.from] === undefined)
        .map((edge) => violation(edge, 'imports a computed path.')),
  },
  {
    name: 'lib-runs-anywhere',
    instead: 'What only Node has belongs into lib/client/node/, which no page loads.',
    check: ({ graph }) =>
      graph.edges
        .filter((edge) => edge.from.startsWith('lib/') && edge.specifier.startsWith('node:') && !edge.typeOnly)
        .filter((edge) => !edge.from.startsWith('lib/client/node/') && !isTest(edge.from))
        .map((edge) => violation(edge, `imports ${edge.specifier}.`)),
  },
  {
    name: 'run-time-packages-only',
    instead: 'Move the package to `dependencies`, or the file into testing/.',
    check: outsidePackages,
  },
  {
    name: 'pure-rooms-import-no-package',
    instead: 'Take what it gives you as an argument.',
    check: ({ graph }) =>
      graph.edges
        .filter((edge) => edge.to === null && !isTest(edge.from))
        .filter((edge) => DETERMINISTIC_ROOMS.some((room) => room !== 'server/state' && edge.from.startsWith(`${room}/`)))
        .map((edge) => violation(edge, `imports ${edge.specifier}.`)),
  },
  {
    name: 'tests-serve-tests',
    instead: 'Move what both need out of testing/.',
    check: ({ graph }) =>
      graph.edges
        .filter((edge) => edge.to !== null && isTest(edge.to) && !isTest(edge.from) && !/^(?:bench|scripts)\//.test(edge.from))
        .map((edge) => violation(edge, `is no test and imports one (${edge.specifier}).`)),
  },
  {
    name: 'clients-stay-out-of-the-server',
    instead: "A file with 'use client' runs in the browser: take types from lib/contract and data through lib/queries.",
    check: clientsThatReachTheServer,
  },
  {
    name: 'one-composition-root',
    instead: 'Only server/main knows both sides of the engine port: wire it there.',
    check: secondCompositionRoots,
  },
  {
    name: 'no-barrels-in-the-server',
    instead: 'Import the file that has it.',
    check: ({ graph }) =>
      [...graph.files.keys()]
        .filter((path) => /^server\/.*\/index\.ts$/.test(path))
        .map((path) => ({ path, line: 0, what: 'is a barrel.' })),
  },
];
