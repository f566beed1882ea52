import { defineConfig } from 'vitest/config';

/** Two cores is the size of machine that the whole suite is planned for. */
const workers = 2;

const sourceOnly = ['**/node_modules/**', '**/dist/**', '**/.next/**'];

export default defineConfig({
  resolve: { alias: { '@': import.meta.dirname } },
  test: {
    environment: 'node',
    pool: 'forks',
    maxWorkers: workers,
    // A test that passes because it looked at nothing is not a test.
    expect: { requireAssertions: true },
    allowOnly: false,
    restoreMocks: true,
    unstubEnvs: true,
    unstubGlobals: true,
    projects: [
      { extends: true, test: { name: 'tidy', include: ['server/tidy/**/*.test.ts'], exclude: sourceOnly } },
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['{lib,server,app,components}/**/*.test.{ts,tsx}', 'scripts/**/*.test.ts'],
          exclude: [...sourceOnly, 'server/tidy/**', '**/*.api.test.ts', '**/*.sim.test.ts'],
          testTimeout: 20_000,
          hookTimeout: 30_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'sim',
          include: ['server/sim/**/*.sim.test.ts'],
          exclude: sourceOnly,
          testTimeout: 600_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'api',
          include: ['server/**/*.api.test.ts', 'lib/**/*.api.test.ts'],
          exclude: sourceOnly,
          globalSetup: ['scripts/build-for-tests.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'faults',
          include: ['e2e/faults/**/*.test.ts'],
          exclude: sourceOnly,
          globalSetup: ['scripts/build-for-tests.ts'],
          // Each file starts clusters of its own; two such files at once would only measure this machine.
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
});
