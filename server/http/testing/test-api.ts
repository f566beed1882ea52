/** API applications over a test cluster, for tests: injected into, or listening on free loopback ports. */
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { TEST_ADMIN_SECRET, TestCluster } from '../../engine/testing/test-cluster.ts';
import type { TestClusterOptions } from '../../engine/testing/test-cluster.ts';
import type { Sources } from '../../services/context.ts';
import { createApi, createRelayHandler } from '../create-api.ts';
import type { ApiSettings } from '../runtime.ts';

export interface TestApis {
  readonly cluster: TestCluster;
  /** One per node, in the order of the nodes. */
  readonly apps: readonly FastifyInstance[];
  readonly adminKey: string;
  /** Makes every node listen; returns their base URLs. */
  listen(): Promise<readonly string[]>;
  close(): Promise<void>;
}

export const TEST_SETTINGS: ApiSettings = {
  defaultConsistency: 'eventual',
  valueBytesMax: 1024 * 1024,
  strictNamespaces: false,
  waitersMax: 10_000,
  readyLagEntriesMax: 1_000,
  writeDeadlineMs: 5_000,
  streamsMax: 100,
  advertiseUrl: 'http://127.0.0.1',
  allowedOrigins: [],
  sessionMs: 86_400_000,
};

export interface TestApiOptions extends TestClusterOptions {
  readonly settings?: Partial<ApiSettings> | undefined;
  readonly sources?: Sources | undefined;
}

export function startTestApis(options: TestApiOptions = {}): TestApis {
  const cluster = new TestCluster(options);
  const settings = { ...TEST_SETTINGS, ...options.settings };
  const apps = cluster.engines.map((engine) => {
    const app = createApi({
      engine,
      settings,
      sessionSecret: 'a secret of the test cluster',
      logger: pino({ level: 'silent' }),
      version: '0.0.0-test',
      sources: options.sources,
    });
    engine.serveRelays(createRelayHandler(app));
    return app;
  });
  return {
    cluster,
    apps,
    adminKey: options.adminSecret ?? TEST_ADMIN_SECRET,
    listen: async () => {
      const urls: string[] = [];
      for (const [at, app] of apps.entries()) {
        const url = await app.listen({ host: '127.0.0.1', port: 0 });
        // As at a node's own door: the short way first.
        app.server.removeAllListeners('request');
        app.server.on('request', (request, response) => {
          if (!app.lane(request, response)) app.routing(request, response);
        });
        const engine = cluster.engines[at];
        if (engine !== undefined) engine.url = url;
        urls.push(url);
      }
      return urls;
    },
    close: async () => {
      const closed = Promise.all(apps.map((app) => app.close()));
      // A connection that a client has opened and never used is not idle to Node; a node cuts it when its drain is over.
      for (const app of apps) app.server.closeAllConnections();
      await closed;
      cluster.close();
    },
  };
}
