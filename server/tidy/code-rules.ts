import type { ParsedFile } from './parse.ts';
import { DETERMINISTIC_ROOMS } from './rooms.ts';
import type { Rule, Subject, Violation } from './rule.ts';
import { isTest } from './source-tree.ts';

/** Clocks, chance, timers and promises, under every name that the platform has for them. */
const BANNED_NAMES = new Set([
  'Date',
  'performance',
  'Temporal',
  'crypto',
  'process',
  'globalThis',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'queueMicrotask',
  'clearTimeout',
  'clearInterval',
  'Promise',
  'fetch',
  'console',
  'Worker',
  'Atomics',
]);

/** The state machine hashes values and opens its database file; both give the same answer to the same question. */
const STATE_MAY_IMPORT = new Set(['node:buffer', 'node:crypto', 'node:path', 'node:fs']);

/** Files of which a tool wants the default export. */
const DEFAULT_EXPORTS =
  /^(?:[\w-]+\.config\.(?:ts|mjs)|scripts\/build-for-tests\.ts|app\/.*(?:page|layout|template|loading|error|global-error|not-found|default|icon|opengraph-image|sitemap|robots|manifest)\.tsx?)$/;

const ARCHITECTURE = 'docs/architecture.md';

const FILE_NAME = /^[a-z0-9]+(?:-[a-z0-9]+)*(?:\.(?:api|sim|property|spec|test|config|d|setup))*\.[a-z]+$/;

function* deterministicFiles({ graph }: Subject): Iterable<ParsedFile> {
  for (const file of graph.files.values()) {
    if (!isTest(file.path) && DETERMINISTIC_ROOMS.some((room) => file.path.startsWith(`${room}/`))) yield file;
  }
}

function* clocksAndChance(subject: Subject): Iterable<Violation> {
  for (const file of deterministicFiles(subject)) {
    for (const { name, line } of file.names) if (BANNED_NAMES.has(name)) yield { path: file.path, line, what: `uses ${name}.` };
    for (const line of file.asyncLines) yield { path: file.path, line, what: 'is asynchronous.' };
    for (const { specifier, line } of file.imports) {
      const allowed = file.path.startsWith('server/state/') && STATE_MAY_IMPORT.has(specifier);
      if (specifier.startsWith('node:') && !allowed) yield { path: file.path, line, what: `imports ${specifier}.` };
    }
    for (const [at, text] of (subject.tree.get(file.path) ?? '').split('\n').entries()) {
      if (/\bMath\s*\.\s*random\b|\brandomUUID\b|\brandomBytes\b/.test(text)) yield { path: file.path, line: at + 1, what: 'draws lots.' };
    }
  }
}

function* undocumentedRooms({ tree, graph }: Subject): Iterable<Violation> {
  const rooms = new Set([...graph.files.keys()].map((path) => /^server\/[^/]+(?=\/)/.exec(path)?.[0] ?? ''));
  for (const room of rooms) {
    if (room === '' || tree.has(`${room}/README.md`) || tree.get(ARCHITECTURE)?.includes(room) === true) continue;
    yield { path: room, line: 0, what: `has no README.md and is not named in ${ARCHITECTURE}.` };
  }
}

/** Rules about what stands in code files, and what they are called. */
export const CODE_RULES: readonly Rule[] = [
  {
    name: 'deterministic-rooms',
    instead: 'Time is a number and chance is a function, both arguments; effects are returned, not awaited.',
    check: clocksAndChance,
  },
  {
    name: 'named-exports',
    instead: 'Export it by name; only what Next and other tools load by its place exports a default.',
    check: ({ graph }) =>
      [...graph.files.values()].flatMap(({ path, defaultExportLine: line }) =>
        line === null || DEFAULT_EXPORTS.test(path) ? [] : [{ path, line, what: 'has a default export.' }],
      ),
  },
  {
    name: 'kebab-case-names',
    instead: 'Name files in lower case, words joined by hyphens: read-index-queue.ts.',
    check: ({ graph }) =>
      [...graph.files.keys()]
        .filter((path) => !FILE_NAME.test(path.slice(path.lastIndexOf('/') + 1)))
        .map((path) => ({ path, line: 0, what: 'is no kebab-case name.' })),
  },
  {
    name: 'rooms-introduce-themselves',
    instead: 'Say in a page what the room is for, what it promises, and where to start reading.',
    check: undocumentedRooms,
  },
];
