/** Builds the server with one mistake in it, into a folder of its own. */
import { mkdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { build } from 'esbuild';
import { mutate } from '../../server/sim/mutant-simulation.ts';
import type { ProcessMutant } from './mutants.ts';

const ROOT = join(import.meta.dirname, '..', '..');
/** Where packages are found from, and nothing is kept. */
const CACHE = join(ROOT, 'node_modules/.cache/confman-faults');

/** @returns the program to run in place of `dist/node.mjs` */
export async function buildMutant(mutant: ProcessMutant, place: number): Promise<string> {
  const outdir = join(CACHE, `mutant-${place}`);
  mkdirSync(outdir, { recursive: true });
  const entryPoints = JSON.parse(readFileSync(join(ROOT, 'scripts/entry-points.json'), 'utf8')) as Record<string, string>;
  let changed = 0;
  await build({
    absWorkingDir: ROOT,
    entryPoints,
    outdir,
    outExtension: { '.js': '.mjs' },
    chunkNames: 'chunk-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.20',
    packages: 'external',
    define: { 'process.env.NODE_ENV': '"production"' },
    plugins: [
      {
        name: 'mutant',
        setup: (bundle) => {
          bundle.onLoad({ filter: /\.ts$/ }, ({ path }) => {
            if (relative(ROOT, path).split(sep).join('/') !== mutant.file) return null;
            changed += 1;
            return { contents: mutate(mutant, readFileSync(path, 'utf8')), loader: 'ts' };
          });
        },
      },
    ],
  });
  if (changed !== 1) throw new Error(`${mutant.file} is no part of the program`);
  return join(outdir, 'node.mjs');
}
