import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** What the built bundle of the embedded node exports. */
interface EmbeddedModule {
  /** Starts a one-node cluster on CONFMAN_DATA and puts its handle on `globalThis`. */
  startEmbedded(): Promise<void>;
}

/** Starts the embedded one-node cluster from its own bundle, which Next neither reads nor traces. */
export async function startEmbeddedNode(): Promise<void> {
  const url = pathToFileURL(join(/* turbopackIgnore: true */ process.cwd(), 'dist', 'embedded.mjs')).href;
  const embedded = (await import(/* webpackIgnore: true */ /* turbopackIgnore: true */ url)) as EmbeddedModule;
  await embedded.startEmbedded();
}
