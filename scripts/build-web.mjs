// Builds the Next.js app. Run by build.mjs, under its lock.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

import { build } from 'esbuild';

import { placedFiles, stampFile } from './build.mjs';
import { ROOT } from './install.mjs';
import { dropStamp, writeStamp } from './stamp.mjs';

/** Files that shape the app without being imported by a route. */
const SETTINGS = [
  'next.config.ts',
  'postcss.config.mjs',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'tsconfig.base.json',
  'scripts/build-web.mjs',
];
/** What Next looks for at the root beside app/ (`proxy` is what used to be called middleware). */
const ROOT_MODULES = ['instrumentation.ts', 'instrumentation-client.ts', 'proxy.ts', 'mdx-components.tsx'];

/** Everything the app is made of: what Next finds by its place, and what that imports, as far as it is ours. */
async function inputsOfApp() {
  const placed = placedFiles();
  const roots = [...placed.filter((file) => /\.tsx?$/.test(file)), ...ROOT_MODULES.filter((file) => existsSync(join(ROOT, file)))];
  const { metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: roots,
    outdir: 'nowhere',
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    format: 'esm',
    jsx: 'automatic',
    packages: 'external',
    alias: { '@': ROOT },
    loader: Object.fromEntries(['.css', '.svg', '.png', '.ico', '.woff2', '.json', '.md'].map((extension) => [extension, 'empty'])),
    logLevel: 'error',
  });
  const inputs = [...placed, ...Object.keys(metafile.inputs), ...SETTINGS];
  return [...new Set(inputs)].filter((input) => existsSync(join(ROOT, input)));
}

const startedAtMs = Date.now();
dropStamp(stampFile('web'));

const next = createRequire(import.meta.url).resolve('next/dist/bin/next');
const child = spawn(process.execPath, [next, 'build'], {
  cwd: ROOT,
  stdio: ['ignore', 2, 2],
  env: { ...process.env, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' },
});
const [status] = /** @type {[number | null]} */ (await once(child, 'exit'));
if (status === 0) writeStamp(ROOT, stampFile('web'), { inputs: await inputsOfApp(), outputs: ['.next/BUILD_ID'], startedAtMs });
process.exitCode = status ?? 1;
