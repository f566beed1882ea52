/** The suite against three replicas of the engine for tests; the one that is asked leads. */
import { afterAll, beforeAll } from 'vitest';
import { startTestApis } from '../testing/test-api.ts';
import { runApiSuite } from './run-api-suite.ts';

const apis = startTestApis({ nodes: ['n1', 'n2', 'n3'], lab: true });
let urls: readonly string[] = [];

beforeAll(async () => {
  urls = await apis.listen();
});
afterAll(async () => {
  await apis.close();
});

runApiSuite({
  name: 'the API on a leader of the engine for tests',
  baseUrl: () => urls[0] ?? '',
  adminKey: () => apis.adminKey,
  follower: () => ({ node: 'n2', url: urls[1] ?? '' }),
});
