/** Entry of the embedded node: one node inside a plain `next dev` or `next start`, when CONFMAN_DATA is set. */
import { join } from 'node:path';
import { keptSecret, newSecret } from '../config/kept-secret.ts';
import { loadNodeSettings } from '../config/load-node-settings.ts';
import { createRelayHandler } from '../http/create-api.ts';
import { nodeApi, nodeLogger, sha256Hex } from './api.ts';
import { publishHandle } from './handle.ts';
import { programVersion } from './run-node.ts';
import { engineOver, NodeThreads } from './threads.ts';

/** Starts a one-node cluster on CONFMAN_DATA and puts its handle on `globalThis`; Next serves its API through the route handler. */
export async function startEmbedded(): Promise<void> {
  const settings = loadNodeSettings({ argv: [], env: process.env });
  const logger = nodeLogger(settings);
  const version = programVersion();
  const secret = settings.clusterSecret ?? keptSecret(join(settings.data, 'cluster-secret'));
  const adminKey = settings.adminKey ?? newSecret('confman_');
  const end = (message: string): never => {
    process.stderr.write(`confman: ${message}\n`);
    process.exit(1);
  };
  const threads = new NodeThreads({
    settings,
    secret,
    seedKeyHash: sha256Hex(adminKey),
    version,
    onLog: ({ level, event, fields }) => logger[level](fields, event),
    onSeeded: () => {
      if (settings.adminKey === null) process.stdout.write(`The cluster is formed. Its first admin key, shown only now: ${adminKey}\n`);
    },
    onRemoved: end,
    onFatal: end,
  });
  await threads.started();
  const engine = engineOver(await threads.ports());
  const api = nodeApi(engine, settings, secret, version, logger, true);
  engine.serveRelays(createRelayHandler(api));
  await api.ready();
  publishHandle(engine, api, settings, null);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void threads.stop(1_000));
}
