import { describe, expect, test } from 'vitest';

import { CODE_RULES } from './code-rules.ts';
import { IMPORT_RULES } from './import-rules.ts';
import { subjectOf } from './subject.ts';
import { TEXT_RULES } from './text-rules.ts';

const RULES = [...IMPORT_RULES, ...CODE_RULES, ...TEXT_RULES];

/** The files of a made-up tree that breach a rule, as `path:line`. */
function breaches(name: string, files: Readonly<Record<string, string>>): string[] {
  const rule = RULES.find((candidate) => candidate.name === name);
  if (rule === undefined) throw new Error(`no such rule: ${name}`);
  const subject = subjectOf(new Map(Object.entries({ 'package.json': '{"dependencies":{"zod":"4"}}', ...files })));
  return Array.from(rule.check(subject), ({ path, line }) => `${path}:${line}`);
}

const X = 'export const x = 1;\n';
const LOG = { 'server/log/log.ts': X };

/** Everything here breaches the rule it stands under, at the place named first. */
const PLANTED: Record<string, readonly (readonly [where: string, files: Record<string, string>])[]> = {
  'imports-run-one-way': [
    ['server/raft/raft.ts:1', { ...LOG, 'server/raft/raft.ts': "import { x } from '../log/log.ts';\n" }],
    ['server/raft/raft.ts:2', { ...LOG, 'server/raft/raft.ts': "\nimport type { x } from '../log/log.ts';\n" }],
    ['server/services/put.ts:1', { 'server/replica/r.ts': X, 'server/services/put.ts': "export { x } from '../replica/r.ts';\n" }],
    ['server/http/get.ts:2', { ...LOG, 'server/http/get.ts': "export async function get() {\n  return import('../log/log.ts');\n}\n" }],
    ['server/engine/types.ts:1', { 'server/state/types.ts': X, 'server/engine/types.ts': "import { x } from '../state/types.ts';\n" }],
    ['server/engine/types.ts:1', { ...LOG, 'server/engine/types.ts': "export type X = import('../log/log.ts').X;\n" }],
    ['lib/client/c.ts:1', { 'server/http/h.ts': X, 'lib/client/c.ts': "export * from '../../server/http/h.ts';\n" }],
    ['components/a.tsx:1', { 'server/http/h.ts': X, 'components/a.tsx': "import '@/server/http/h.ts';\n" }],
    [
      'server/http/start.ts:1',
      {
        'scripts/entry-points.json': '{"reader-thread":"server/replica/reader.ts"}',
        'server/replica/reader.ts': X,
        'server/http/start.ts': "export const url = new URL('./reader-thread.mjs', import.meta.url);\n",
      },
    ],
  ],
  'imports-lead-somewhere': [
    ['server/log/a.ts:1', { ...LOG, 'server/log/a.ts': "import { x } from './log';\n" }],
    ['server/log/a.ts:1', { ...LOG, 'server/log/a.ts': "import { x } from './log.js';\n" }],
  ],
  'every-directory-is-a-room': [['server/utils/misc.ts:0', { 'server/utils/misc.ts': X }]],
  'alias-for-pages-only': [['server/log/a.ts:1', { ...LOG, 'server/log/a.ts': "import { x } from '@/server/log/log.ts';\n" }]],
  'imports-are-literal': [['server/log/a.ts:1', { 'server/log/a.ts': 'export const load = (name: string) => import(name);\n' }]],
  'lib-runs-anywhere': [['lib/contract/a.ts:1', { 'lib/contract/a.ts': "import { readFileSync } from 'node:fs';\n" }]],
  'run-time-packages-only': [
    ['server/http/a.ts:1', { 'server/http/a.ts': "import { test } from 'vitest';\nimport { z } from 'zod/v4';\n" }],
  ],
  'pure-rooms-import-no-package': [['server/raft/a.ts:1', { 'server/raft/a.ts': "import { z } from 'zod';\n" }]],
  'tests-serve-tests': [['server/log/log.ts:1', { 'server/log/testing/t.ts': X, 'server/log/log.ts': "import './testing/t.ts';\n" }]],
  'clients-stay-out-of-the-server': [
    [
      'components/button.tsx:1',
      {
        'components/button.tsx': "'use client';\nimport { y } from './y.ts';\n",
        'components/y.ts': "export { x as y } from '../server/http/h.ts';\n",
        'server/http/h.ts': X,
      },
    ],
    ['app/client.tsx:2', { 'app/client.tsx': "'use client';\nimport type { x } from '../server/http/h.ts';\n", 'server/http/h.ts': X }],
    ['app/client.tsx:1', { 'app/client.tsx': "'use client';\nimport { x } from './x.ts';\n", 'app/x.ts': "import 'node:fs';\n" }],
  ],
  'one-composition-root': [
    [
      'bin/start.ts:1',
      {
        'bin/start.ts': "import '../server/services/put.ts';\nimport '../server/replica/r.ts';\n",
        'server/services/put.ts': X,
        'server/replica/r.ts': X,
      },
    ],
  ],
  'no-barrels-in-the-server': [['server/log/index.ts:0', { 'server/log/index.ts': X }]],
  'deterministic-rooms': [
    ['server/raft/a.ts:1', { 'server/raft/a.ts': 'export const now = () => Date.now();\n' }],
    ['server/raft/a.ts:1', { 'server/raft/a.ts': 'export const lot = () => Math.random();\n' }],
    ['server/clock/a.ts:1', { 'server/clock/a.ts': 'setTimeout(() => {}, 1);\n' }],
    ['server/state/a.ts:1', { 'server/state/a.ts': 'export async function a() {}\n' }],
    ['server/state/a.ts:1', { 'server/state/a.ts': 'export let a: Promise<void>;\n' }],
    ['server/shards/a.ts:1', { 'server/shards/a.ts': 'export const a = { now: performance };\n' }],
    ['server/consistency/a.ts:1', { 'server/consistency/a.ts': 'export const a = process.hrtime();\n' }],
    ['server/raft/a.ts:1', { 'server/raft/a.ts': "import { createHash } from 'node:crypto';\n" }],
  ],
  'named-exports': [
    ['server/log/a.ts:1', { 'server/log/a.ts': 'export default 1;\n' }],
    ['lib/client/a.ts:2', { 'lib/client/a.ts': 'const a = 1;\nexport { a as default };\n' }],
  ],
  'kebab-case-names': [
    ['server/log/groupLog.ts:0', { 'server/log/groupLog.ts': X }],
    ['components/Button.tsx:0', { 'components/Button.tsx': X }],
  ],
  'rooms-introduce-themselves': [['server/log:0', { ...LOG, 'docs/architecture.md': 'server/raft' }]],
  'no-notes-to-self': [['docs/a.md:1', { 'docs/a.md': `${'TO'}${'DO'}: write this\n` }]],
  'no-test-left-out': [
    ['lib/a.test.ts:1', { 'lib/a.test.ts': `test.${'only'}('x', () => {});\n` }],
    ['e2e/a.spec.ts:2', { 'e2e/a.spec.ts': `\ndescribe.${'skip'}('x', () => {});\n` }],
  ],
  'no-sleep-in-place-of-a-condition': [['e2e/a.spec.ts:1', { 'e2e/a.spec.ts': `await page.waitFor${'Timeout'}(100);\n` }]],
  'types-are-not-silenced': [
    ['lib/a.ts:1', { 'lib/a.ts': `// @ts-${'ignore'}\n` }],
    ['lib/a.ts:1', { 'lib/a.ts': `export const a = (x as ${'any'});\n` }],
  ],
  'no-machine-paths': [
    ['docs/a.md:1', { 'docs/a.md': `see /${'work'}/main\n` }],
    ['lib/a.ts:1', { 'lib/a.ts': `export const home = '/${'root'}';\n` }],
  ],
  'files-stay-readable': [['lib/a.ts:0', { 'lib/a.ts': X.repeat(401) }]],
};

/** Rules that guard a list of exceptions, which no made-up tree can change. */
const WITHOUT_PLANT = ['exceptions-are-needed'];

/** What looks like a breach and is none. */
const INNOCENT: Record<string, Record<string, string>> = {
  'imports-run-one-way': {
    ...LOG,
    'server/log/group.ts': "import { x } from './log.ts';\n",
    'server/replica/r.ts': "import { x } from '../log/log.ts';\n",
    'server/raft/raft.test.ts': "import { x } from '../log/log.ts';\n",
    'server/sim/cluster.ts': "import { x } from '../log/log.ts';\n",
    'server/state/types.ts': X,
    'server/engine/types.ts': "import type { X } from '../state/types.ts';\n",
    'server/main/node.ts': "import { x } from '../replica/r.ts';\n",
  },
  'deterministic-rooms': {
    'server/raft/a.ts':
      'export class A {\n  process(message: { Date: number }) {\n    return message.Date;\n  }\n}\n// Date.now() would be wrong\n',
    'server/raft/a.test.ts': 'export const now = Date.now();\n',
    'server/log/a.ts': 'export const now = Date.now();\n',
  },
  'named-exports': { 'app/x/page.tsx': 'export default function Page() {}\n', 'vitest.config.ts': 'export default {};\n' },
  'clients-stay-out-of-the-server': { 'app/page.tsx': "import { x } from '../server/http/h.ts';\n", 'server/http/h.ts': X },
  'no-machine-paths': { 'docs/a.md': 'GET /api/v1/workspaces, ./work/here, https://example.org/work/x\n' },
  'kebab-case-names': { 'app/[[...path]]/route.ts': X, 'server/log/a-b.api.test.ts': X },
  'rooms-introduce-themselves': { ...LOG, 'server/raft/a.ts': X, 'server/log/README.md': '# log', 'docs/architecture.md': '`server/raft`' },
  'lib-runs-anywhere': { 'lib/client/node/file.ts': "import { readFileSync } from 'node:fs';\n" },
};

describe('a planted breach', () => {
  const cases = Object.entries(PLANTED).flatMap(([name, plants]) => plants.map(([where, files]) => ({ name, where, files })));
  test.each(cases)('of $name is found at $where', ({ name, where, files }) => {
    expect(breaches(name, files)).toContain(where);
  });

  test('exists for every rule', () => {
    expect([...Object.keys(PLANTED), ...WITHOUT_PLANT].toSorted()).toEqual(RULES.map(({ name }) => name).toSorted());
  });
});

describe('what only looks like a breach', () => {
  test.each(Object.entries(INNOCENT))('of %s is let through', (name, files) => {
    expect(breaches(name, files)).toEqual([]);
  });
});

test('a file that does not parse is an error, not a file without imports', () => {
  expect(() => subjectOf(new Map([['lib/a.ts', 'export const = ;']]))).toThrow('lib/a.ts does not parse');
});
