/** What the documents say of the tree is true of the tree. */
import { posix } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ROOMS } from './rooms.ts';
import { readTree } from './source-tree.ts';

const tree = readTree();
const documents = [...tree].filter(([path]) => path.endsWith('.md'));
const TOP = /^(?:app|bench|components|docs|e2e|lib|scripts|server)\//;

function textOf(path: string): string {
  const text = tree.get(path);
  if (text === undefined) throw new Error(`there is no ${path}`);
  return text;
}

function isThere(path: string): boolean {
  const clean = path.replace(/\/$/, '');
  return clean === '.' || tree.has(clean) || clean === 'LICENSE' || [...tree.keys()].some((file) => file.startsWith(`${clean}/`));
}

/** Lines outside fenced and indented code. */
function* prose(text: string): Iterable<string> {
  let fenced = false;
  for (const line of text.split('\n')) {
    if (line.startsWith('```')) fenced = !fenced;
    else if (!fenced && !line.startsWith('    ')) yield line;
  }
}

/** The anchor that a heading has on the usual forges. */
function anchorOf(heading: string): string {
  const plain = heading.replaceAll('`', '').trim().toLowerCase();
  return plain.replaceAll(/[^\p{L}\p{N} _-]/gu, '').replaceAll(' ', '-');
}

function anchorsOf(text: string): readonly string[] {
  return [...prose(text)].flatMap((line) => (/^#+ /.test(line) ? [anchorOf(line.replace(/^#+ /, ''))] : []));
}

/** A link that leads nowhere, or null. */
function brokenLink(from: string, target: string): string | null {
  if (/^[a-z]+:/.test(target)) return null;
  const [path = '', anchor] = target.split('#');
  const file = path === '' ? from : posix.normalize(posix.join(posix.dirname(from), path));
  if (!isThere(file)) return `${from}: ${target}`;
  return anchor === undefined || anchorsOf(textOf(file)).includes(anchor) ? null : `${from}: ${target}`;
}

/** Tests that a line names, as `file.test.ts` "name", "name". */
function* testsNamed(from: string, line: string): Iterable<{ readonly file: string; readonly name: string }> {
  let file: string | null = null;
  for (const match of line.matchAll(/`([^`]+)`|"([^"]+)"/g)) {
    const [, code, name] = match;
    if (code !== undefined) {
      const path = TOP.test(code) ? code : posix.join(posix.dirname(from), code);
      file = /(?:\.test|\.spec|-suite)\.ts$/.test(path) && tree.has(path) ? path : null;
    } else if (file !== null && name !== undefined) yield { file, name };
  }
}

describe('documents', () => {
  test('link to what is there, down to the heading', () => {
    const broken = documents.flatMap(([from, text]) =>
      [...prose(text)].flatMap((line) =>
        [...line.matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, target = '']) => brokenLink(from, target) ?? []),
      ),
    );
    expect(broken).toEqual([]);
    expect(documents.length).toBeGreaterThan(20);
  });

  test('name files and folders that are there', () => {
    const missing = documents.flatMap(([from, text]) =>
      [...prose(text)].flatMap((line) =>
        [...line.matchAll(/`([^`\s]+)`/g)].flatMap(([, path = '']) =>
          TOP.test(path) && !/[*{}<>…[]/.test(path) && !isThere(path) ? [`${from}: ${path}`] : [],
        ),
      ),
    );
    expect(missing).toEqual([]);
  });

  test('name tests that are there, word for word', () => {
    const named = documents
      .filter(([from]) => from.startsWith('docs/') || from === 'README.md' || from === 'server/replica/README.md')
      .flatMap(([from, text]) => [...prose(text)].flatMap((line) => [...testsNamed(from, line)]));
    const absent = named.filter(({ file, name }) => !textOf(file).includes(name));
    expect(absent).toEqual([]);
    expect(named.length).toBeGreaterThan(20);
  });

  test('tell of every room, in docs/architecture.md', () => {
    const architecture = textOf('docs/architecture.md');
    const untold = ROOMS.map(({ path }) => path).filter((path) => isThere(path) && !architecture.includes(`\`${path}\``));
    expect(untold).toEqual([]);
  });

  test('tell of every metric, in docs/operations.md, and of no other', () => {
    const sources = ['server/replica/metrics-text.ts', 'server/metrics/api-metrics.ts'].map(textOf).join('\n');
    const exported = [...sources.matchAll(/name: '(confman_[a-z_]+)'/g)].map(([, name]) => name);
    const told = [...textOf('docs/operations.md').matchAll(/`(confman_[a-z_]+)`/g)].map(([, name]) => name);
    expect(exported.length).toBeGreaterThan(20);
    expect(new Set(told)).toEqual(new Set(exported));
  });

  test('list every decision record', () => {
    const records = [...tree.keys()].filter((path) => /^docs\/adr\/\d{4}-/.test(path)).map((path) => posix.basename(path));
    const listed = [...textOf('docs/adr/README.md').matchAll(/\]\((\d{4}-[^)]+)\)/g)].map(([, name]) => name);
    expect(listed).toEqual(records.toSorted());
  });
});
