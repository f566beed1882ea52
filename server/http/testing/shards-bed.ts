/** Three nodes in one process with a driver of moves, for tests of groups: anew for each test of the file. */
import { afterEach, beforeEach, expect } from 'vitest';
import { MoveDriver } from './drive-move.ts';
import type { Received } from './sse.ts';
import { SuiteApi, type SuiteAnswer } from './suite-api.ts';
import { startTestApis } from './test-api.ts';
import type { TestApis } from './test-api.ts';

export class ShardsBed {
  readonly apis: TestApis;
  readonly urls: readonly string[];
  readonly api: SuiteApi;
  readonly driver: MoveDriver;

  private constructor(apis: TestApis, urls: readonly string[]) {
    this.apis = apis;
    this.urls = urls;
    this.api = new SuiteApi({ name: 'shards', baseUrl: () => urls[0]!, adminKey: () => apis.adminKey });
    this.driver = new MoveDriver(apis.cluster);
  }

  static async start(): Promise<ShardsBed> {
    const apis = startTestApis({ nodes: ['n1', 'n2', 'n3'] });
    return new ShardsBed(apis, await apis.listen());
  }

  async group(id: string): Promise<SuiteAnswer> {
    const made = await this.api.post('/api/v1/cluster/groups', { id });
    expect(made.status).toBe(201);
    return made;
  }

  /** Routes a prefix to a group and lets the data follow. */
  async routed(prefix: string, to: string): Promise<SuiteAnswer> {
    const answer = await this.api.put('/api/v1/cluster/routes', { prefix, group: to });
    expect(answer.status, answer.text).toBeLessThan(300);
    await this.driver.driveAll();
    return answer;
  }
}

/** Call it at the top of a test file. @returns the bed of the test that runs */
export function shardsBed(): () => ShardsBed {
  let bed: ShardsBed | null = null;
  beforeEach(async () => {
    bed = await ShardsBed.start();
  });
  afterEach(async () => {
    await bed?.apis.close();
    bed = null;
  });
  return () => {
    if (bed === null) throw new TypeError('there is no bed outside of a test');
    return bed;
  };
}

export function entry(namespace: string, key = 'k'): string {
  return `/api/v1/namespaces/${encodeURIComponent(namespace)}/config/${key}`;
}

/** Of the first change of an event. */
export function valueIn(event: Received | null): string | undefined {
  const [change] = (event?.data['changes'] ?? []) as readonly { readonly value: string }[];
  return change?.value;
}

export function withToken(token: string, more: Readonly<Record<string, string>> = {}): { readonly headers: Record<string, string> } {
  return { headers: { 'x-confman-min-version': token, ...more } };
}
