import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root of the checkout. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Directories that hold nothing of ours. */
const NOT_OURS = new Set(['.git', 'node_modules', 'dist', '.next', '.build', '.confman', 'coverage', 'test-results', 'playwright-report']);
/** Files that tools write: in no listing, because git ignores them. */
const GENERATED = new Set(['next-env.d.ts']);

/** Text files by path relative to the root, with forward slashes. */
export type SourceTree = ReadonlyMap<string, string>;

const CODE = /\.(?:ts|tsx|mts|mjs)$/;
const TEXT =
  /\.(?:ts|tsx|mts|mjs|json|md|css|sh|yml|yaml|txt|html|svg)$|^confman$|^\.ci\/run$|(?:^|\/)\.[a-z]+(?:rc|ignore|attributes|config)$/;

/** Whether a path is code, which the import rules parse. */
export function isCode(path: string): boolean {
  return CODE.test(path);
}

/** Whether a path is a test, or serves tests only. */
export function isTest(path: string): boolean {
  return (
    /\.test\.tsx?$|-suite\.ts$|\/testing\.ts$|\/(?:testing|fixtures|testdata)\//.test(path) ||
    path.startsWith('e2e/') ||
    path.startsWith('server/sim/')
  );
}

function* walk(directory: string): Generator<string> {
  for (const entry of readdirSync(join(ROOT, directory), { withFileTypes: true })) {
    if (NOT_OURS.has(entry.name)) continue;
    const path = directory === '' ? entry.name : `${directory}/${entry.name}`;
    if (entry.isDirectory()) yield* walk(path);
    else if (!GENERATED.has(path)) yield path;
  }
}

/** Every file below the root that git does not ignore, as far as it is text; found by walking the file system. */
export function readTree(): SourceTree {
  const tree = new Map<string, string>();
  for (const path of walk('')) if (TEXT.test(path)) tree.set(path, readFileSync(join(ROOT, path), 'utf8'));
  return tree;
}

/**
 * The code files that git knows of or would add: a second opinion on what there is. Files deleted but still in the index are not counted.
 *
 * @returns null outside a git checkout
 */
export function codeFilesByGit(): string[] | null {
  const git = (...args: string[]) => execFileSync('git', args, { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  try {
    const gone = new Set(git('ls-files', '--deleted').split('\n'));
    const listed = git('ls-files', '--cached', '--others', '--exclude-standard').split('\n');
    return [...new Set(listed)].filter((path) => isCode(path) && !gone.has(path));
  } catch {
    return null;
  }
}
