/** The command line against the API itself, over three replicas of the engine for tests. */
import { afterAll, beforeAll } from 'vitest';
import { startTestApis } from '../http/testing/test-api.ts';
import { runCliSuite } from './cli-suite.ts';
import { runCli } from './run-cli.ts';
import { captureIo } from './testing/test-io.ts';

const apis = startTestApis({ nodes: ['n1', 'n2', 'n3'] });
let urls: readonly string[] = [];

beforeAll(async () => {
  urls = await apis.listen();
});
afterAll(async () => {
  await apis.close();
});

runCliSuite({
  name: 'the engine for tests',
  endpoints: () => urls,
  adminKey: () => apis.adminKey,
  cli: {
    run: async (argv, { cwd, env, stdin, signal, onOutput }) => {
      const { io, ended } = captureIo(cwd, { env, stdin, interrupted: signal, onOutput });
      return ended(await runCli(argv, io));
    },
  },
});
