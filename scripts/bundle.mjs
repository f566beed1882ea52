// How the server's entry points are bundled for Node, wherever the bundles go.

import { build } from 'esbuild';

/**
 * Bundles in memory; nothing is written.
 * @param {{ root: string, entries: Record<string, string>, outDir: string, plugins?: import('esbuild').Plugin[] }} what
 */
export function bundleServer({ root, entries, outDir, plugins = [] }) {
  return build({
    absWorkingDir: root,
    entryPoints: entries,
    outdir: outDir,
    outExtension: { '.js': '.mjs' },
    // Beside the entry points, so that `new URL('./reader-thread.mjs', import.meta.url)` holds wherever its code ends up.
    chunkNames: 'chunk-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.20',
    packages: 'external',
    sourcemap: 'linked',
    sourcesContent: false,
    define: { 'process.env.NODE_ENV': '"production"' },
    metafile: true,
    write: false,
    logLevel: 'warning',
    plugins,
  });
}
