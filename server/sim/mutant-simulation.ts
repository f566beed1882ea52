/** Builds the simulation with one file of the code under test changed, and loads it beside the real one. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { assert } from '../../lib/kernel/assert.ts';
import type { Mutant } from './mutants.ts';
import type { simulate } from './simulation.ts';

const ROOT = join(import.meta.dirname, '../..');
/** Where modules of the checkout are found from, and nothing is kept. */
const CACHE = join(ROOT, 'node_modules/.cache/confman-sim');

interface Loaded {
  readonly simulate: typeof simulate;
}

/** The text of a file with the mistake in it. @throws InvariantError unless the place is found exactly once */
export function mutate(mutant: Pick<Mutant, 'name' | 'file' | 'find' | 'put'>, text: string): string {
  const parts = text.split(mutant.find);
  assert(parts.length === 2, () => `the place for "${mutant.name}" is found ${parts.length - 1} times in ${mutant.file}, not once`);
  return parts.join(mutant.put);
}

function changing(mutant: Mutant, changed: string[]): Plugin {
  return {
    name: 'mutant',
    setup: (bundle) => {
      bundle.onLoad({ filter: /\.ts$/ }, ({ path }) => {
        if (relative(ROOT, path).split(sep).join('/') !== mutant.file) return null;
        changed.push(path);
        return { contents: mutate(mutant, readFileSync(path, 'utf8')), loader: 'ts' };
      });
    },
  };
}

/** The simulation of a world in which the mistake was made. */
export async function loadMutant(mutant: Mutant, place: number): Promise<Loaded> {
  const changed: string[] = [];
  const { outputFiles } = await build({
    entryPoints: [join(ROOT, 'server/sim/simulation.ts')],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    plugins: [changing(mutant, changed)],
  });
  assert(changed.length === 1, () => `${mutant.file} is no part of the simulation`);
  mkdirSync(CACHE, { recursive: true });
  const path = join(CACHE, `mutant-${process.pid}-${place}.mjs`);
  writeFileSync(path, outputFiles[0]?.text ?? '');
  try {
    return (await import(/* @vite-ignore */ pathToFileURL(path).href)) as Loaded;
  } finally {
    rmSync(path, { force: true });
  }
}
