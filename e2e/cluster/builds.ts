/**
 * Other versions of the program, built at test time: what a rolling upgrade comes from and goes to. They lie below
 * `node_modules`, where the packages that they stand on are found.
 */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Plugin } from 'esbuild';
import { bundleServer } from '../../scripts/bundle.mjs';

const ROOT = join(import.meta.dirname, '..', '..');
const run = promisify(execFile);

export interface Build {
  /** What `node` is to be started with. */
  readonly program: string;
  /** As its nodes say it in their status. */
  readonly version: string;
  /** What it was built from, for people. */
  readonly source: string;
  /** Removes it from the disk. */
  remove(): Promise<void>;
}

async function bundle(sources: string, source: string, suffix: string, plugins: Plugin[] = []): Promise<Build> {
  const cache = join(ROOT, 'node_modules', '.cache');
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(join(cache, 'confman-build-'));
  const entries = JSON.parse(await readFile(join(sources, 'scripts', 'entry-points.json'), 'utf8')) as Record<string, string>;
  const result = await bundleServer({ root: sources, entries, outDir: join(folder, 'dist'), plugins });
  await mkdir(join(folder, 'dist'));
  for (const { path, contents } of result.outputFiles) await writeFile(path, contents);
  const manifest = JSON.parse(await readFile(join(sources, 'package.json'), 'utf8')) as { readonly version: string };
  const version = `${manifest.version}+${suffix}`;
  await writeFile(join(folder, 'package.json'), JSON.stringify({ ...manifest, version }));
  return { program: join(folder, 'dist', 'node.mjs'), version, source, remove: () => rm(folder, { recursive: true, force: true }) };
}

/**
 * The program as it was at the commit before this one; null where there is no such commit, as in a clone without history.
 * `CONFMAN_UPGRADE_FROM` names another commit.
 */
export async function previousBuild(): Promise<Build | null> {
  const wanted = process.env['CONFMAN_UPGRADE_FROM'] ?? 'HEAD~1';
  const found = await run('git', ['rev-parse', '--verify', '--quiet', `${wanted}^{commit}`], { cwd: ROOT }).catch(() => null);
  if (found === null) return null;
  const commit = found.stdout.trim();
  const sources = await mkdtemp(join(tmpdir(), 'confman-sources-'));
  try {
    const archive = join(sources, 'sources.tar');
    await run('git', ['archive', '--output', archive, commit, 'server', 'lib', 'scripts', 'package.json'], { cwd: ROOT });
    await run('tar', ['-xf', archive, '-C', sources]);
    return await bundle(sources, `commit ${commit.slice(0, 12)}`, commit.slice(0, 12));
  } finally {
    await rm(sources, { recursive: true, force: true });
  }
}

function replaced(text: string, pairs: readonly (readonly [string, string])[]): string {
  return pairs.reduce((before, [from, to]) => {
    if (before.split(from).length !== 2) throw new Error(`the sources have no longer one place that says: ${from}`);
    return before.replace(from, () => to);
  }, text);
}

/**
 * These very sources with one level more: at that level a command spells a field of its header otherwise, so that a program
 * of today can make nothing of it, and what is of today's level it reads and writes as ever.
 */
export async function nextLevelBuild(today: number): Promise<Build> {
  const next = today + 1;
  const edits: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
    'server/state/levels.ts': [[`COMMAND_LEVEL_MAX = ${today};`, `COMMAND_LEVEL_MAX = ${next};`]],
    'server/state/codec.ts': [
      ['      requestId: command.requestId,\n', `      [level >= ${next} ? 'request' : 'requestId']: command.requestId,\n`],
      [
        "'header', ['actor', 'requestId', 'idempotency', 'body'])",
        `'header', ['actor', bytes[0] >= ${next} ? 'request' : 'requestId', 'idempotency', 'body'])`,
      ],
      ["text(header['requestId'], 'requestId')", "text(header['request'] ?? header['requestId'], 'requestId')"],
    ],
  };
  const edit: Plugin = {
    name: 'next-level',
    setup: (build) => {
      build.onLoad({ filter: /server\/state\/(levels|codec)\.ts$/ }, async ({ path }) => ({
        contents: replaced(await readFile(path, 'utf8'), edits[path.slice(ROOT.length + 1)] ?? []),
        loader: 'ts',
      }));
    },
  };
  return bundle(ROOT, `these sources at level ${next}`, `level-${next}`, [edit]);
}
