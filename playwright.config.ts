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
    // Recording every test to keep that of a failed one takes a good part of two cores.
    trace: process.env['CONFMAN_TRACE'] === '1' ? 'retain-on-failure' : 'off',
    screenshot: 'only-on-failure',
  },
  projects: [
    // Asks over HTTP only, on a real cluster.
    { name: 'api', testDir: 'e2e/api' },
    // The pages, all on one cluster: each test has a namespace of its own, and signs in by the API.
    { name: 'console', testDir: 'e2e/console', workers: 1 },
    // Holds, cuts and kills: on a cluster that no other test uses meanwhile.
    { name: 'failover', testDir: 'e2e/failover', workers: 1 },
  ],
});
