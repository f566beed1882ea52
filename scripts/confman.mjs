// What ./confman runs: installs and builds what is missing, then becomes the command line client, in this very process.

import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { ensureBuilt, isBuilt } from './build.mjs';
import { checkNode, isInstalled, ROOT, say, SetupError } from './install.mjs';

/** Commands that serve pages. All others work without the web part, and do not wait for its build. */
const WEB_COMMANDS = ['up', 'node'];

/**
 * @param {readonly string[]} args the command line
 * @returns {readonly import('./build.mjs').Part[]} what must be built for it
 */
export function partsFor(args) {
  const end = args.indexOf('--');
  const words = end < 0 ? args : args.slice(0, end);
  // Options before the command may take a value, so that the command is not simply the first word then.
  const candidates = words[0]?.startsWith('-') === true ? words : words.slice(0, 1);
  const asksOnly = words.some((word) => word === '--help' || word === '-h');
  return !asksOnly && candidates.some((word) => WEB_COMMANDS.includes(word)) ? ['server', 'web'] : ['server'];
}

async function main() {
  const parts = partsFor(process.argv.slice(2));
  try {
    checkNode();
    if (!isInstalled() || !isBuilt(parts)) await ensureBuilt(parts);
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    say(error.message);
    process.exit(1);
  }
  const program = join(ROOT, 'dist', 'cli.mjs');
  process.argv[1] = program;
  process.setSourceMapsEnabled(true);
  await import(pathToFileURL(program).href);
}

if (import.meta.url === pathToFileURL(realpathSync(process.argv[1] ?? '.')).href) await main();
