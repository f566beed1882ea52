import { defineConfig, devices } from '@playwright/test';

import { systemChromium } from './scripts/browser.mjs';

const executablePath = systemChromium();

/** What keeps a browser on a closed network from knocking at doors that are not there. */
const QUIET = [
  '--no-sandbox',
  '--disable-quic',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
];

export default defineConfig({
  testDir: 'e2e',
  testMatch: '**/*.spec.ts',
  outputDir: 'test-results',
  forbidOnly: true,
  // A test that passes at the second try has failed once.
  retries: 0,
  workers: 2,
  timeout: 60_000,
  expect: { timeout: 15_000 },
  globalSetup: './scripts/build-for-tests.ts',
  use: {
    ...devices['Desktop Chrome'],
    launchOptions: { args: QUIET, ...(executablePath === null ? {} : { executablePath }) },
    trace: 'retain-on-failure',
    screenshot: 'only-on-failure',
  },
  projects: [
    // Asks over HTTP only, on a real cluster.
    { name: 'api', testDir: 'e2e/api' },
    // Signs in once and keeps the browser's state for the tests of the pages.
    { name: 'sign-in', testDir: 'e2e/console', testMatch: '**/*.setup.ts' },
    { name: 'console', testDir: 'e2e/console', dependencies: ['sign-in'] },
    // Holds, cuts and kills: each test has a cluster of its own, one at a time.
    { name: 'failover', testDir: 'e2e/failover', workers: 1 },
  ],
});
