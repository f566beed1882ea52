/** Entry of `node dist/node.mjs`: one node, from flags, variables and a file, until it is told to stop. */
import { loadNodeSettings } from '../config/load-node-settings.ts';
import type { NodeSettings } from '../config/node-settings.ts';
import { SettingsError } from '../config/sources.ts';
import { serveNode } from './serve-node.ts';

const EXIT_USAGE = 2;

function load(): NodeSettings {
  try {
    return loadNodeSettings({ argv: process.argv.slice(2), env: process.env });
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    process.stderr.write(`confman node: ${error.message}\n`);
    return process.exit(EXIT_USAGE);
  }
}

await serveNode(load());
