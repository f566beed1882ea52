// Bundles the server's entry points for Node. Run by build.mjs, under its lock.

import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

import { entryPoints, stampFile } from './build.mjs';
import { bundleServer } from './bundle.mjs';
import { ROOT } from './install.mjs';
import { dropStamp, filesUnder, readStamp, writeStamp } from './stamp.mjs';

const OUT_DIR = 'dist';

/** Files that shape the bundles without being imported by them. */
const SETTINGS = [
  'scripts/entry-points.json',
  'scripts/build-server.mjs',
  'scripts/bundle.mjs',
  'package.json',
  'tsconfig.json',
  'tsconfig.base.json',
];

const startedAtMs = Date.now();
const previous = readStamp(stampFile('server'))?.outputs ?? [];
dropStamp(stampFile('server'));

const wanted = Object.entries(entryPoints());

const result = await bundleServer({ root: ROOT, entries: Object.fromEntries(wanted), outDir: OUT_DIR }).catch(() => process.exit(1)); // esbuild has said what is wrong, with the place

// Chunks first and entry points last, each by a rename: who starts meanwhile finds a whole program, the old one or the new one.
const files = result.outputFiles.map(({ path, contents }) => ({ path: relative(ROOT, path), contents }));
const isChunk = (/** @type {string} */ path) => path.startsWith(`${OUT_DIR}/chunk-`);
files.sort((a, b) => Number(isChunk(b.path)) - Number(isChunk(a.path)));
for (const { path, contents } of files) {
  const target = join(ROOT, path);
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(`${target}.new`, contents);
  renameSync(`${target}.new`, target);
}

// The build before this one may still be running and may load its chunks late; what is older than that goes.
const outputs = files.map(({ path }) => path);
const keep = new Set([...outputs, ...previous]);
for (const file of filesUnder(ROOT, OUT_DIR)) if (!keep.has(file)) rmSync(join(ROOT, file));

const inputs = [...Object.keys(result.metafile.inputs), ...SETTINGS].filter((input) => existsSync(join(ROOT, input)));
writeStamp(ROOT, stampFile('server'), { inputs: [...new Set(inputs)], outputs, startedAtMs });
