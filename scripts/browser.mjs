// Finds a Chromium for the browser tests, and gets one where that is possible.

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';

import { say, SetupError } from './install.mjs';

const SYSTEM_PATHS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const DOWNLOAD_MS_MAX = 300_000;

/** @returns {string | null} the Chromium of this system, or null when there is none or CONFMAN_CHROMIUM names none */
export function systemChromium() {
  const chosen = process.env['CONFMAN_CHROMIUM'];
  return (chosen === undefined ? SYSTEM_PATHS : [chosen]).find((path) => existsSync(path)) ?? null;
}

/** Whether Playwright's own download is there. */
function isDownloaded() {
  const { chromium } = /** @type {typeof import('@playwright/test')} */ (createRequire(import.meta.url)('@playwright/test'));
  return existsSync(chromium.executablePath());
}

/**
 * @param {string} command
 * @param {readonly string[]} args
 */
function run(command, args) {
  say(`${command} ${args.join(' ')}`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  return spawnSync(command, args, { stdio: ['ignore', 2, 2], env, timeout: DOWNLOAD_MS_MAX }).status === 0;
}

function installByApt() {
  if (spawnSync('apt-get', ['--version']).status !== 0) return;
  const isRoot = process.getuid?.() === 0;
  if (!isRoot && spawnSync('sudo', ['-n', 'true']).status !== 0) return;
  const apt = (/** @type {string[]} */ ...args) => (isRoot ? run('apt-get', args) : run('sudo', ['-n', 'apt-get', ...args]));
  if (!apt('install', '-y', '--no-install-recommends', 'chromium') && apt('update')) {
    apt('install', '-y', '--no-install-recommends', 'chromium');
  }
}

/** Makes sure that the browser tests have a browser. */
export function ensureChromium() {
  if (systemChromium() !== null || isDownloaded()) return;
  say('the browser tests need Chromium, and there is none: installing it');
  installByApt();
  if (systemChromium() !== null) return;
  run(process.execPath, [createRequire(import.meta.url).resolve('@playwright/test/cli'), 'install', 'chromium']);
  if (isDownloaded()) return;
  throw new SetupError(
    'The browser tests need Chromium. Install the package `chromium` (apt-get install chromium), or name one in CONFMAN_CHROMIUM.',
  );
}
