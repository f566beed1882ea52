import { ensureBuilt, PARTS } from './build.mjs';

/**
 * The global set-up of Vitest and Playwright for the suites that start real nodes. `CONFMAN_BUILD=server` leaves the pages
 * as they are, for a quick turn while working on the server; `none` starts what stands in dist/.
 */
export default async function setup(): Promise<void> {
  const choice = process.env['CONFMAN_BUILD'] ?? 'all';
  if (choice === 'none') return;
  await ensureBuilt(choice === 'server' ? ['server'] : PARTS);
}
