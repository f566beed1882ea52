/** One node as one process: threads, API, public port; from settings to a clean stop. */
import { existsSync, readFileSync, watchFile, unwatchFile } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { keptSecret, newSecret } from '../config/kept-secret.ts';
import type { NodeSettings } from '../config/node-settings.ts';
import { createRelayHandler } from '../http/create-api.ts';
import { nodeApi, nodeLogger, sha256Hex } from './api.ts';
import { PublicServer } from './public-server.ts';
import { engineOver, NodeThreads } from './threads.ts';
import { WebDoor } from './web-door.ts';

/** How long a stopping node gives others to take over and requests to end. */
const HAND_OVER_MS = 2_000;
const DRAIN_MS = 5_000;
const TLS_LOOK_MS = 5_000;

export interface RunningNode {
  /** Hands leadership over, drains requests, closes. Safe to call again. */
  stop(): Promise<void>;
}

/** The checkout, or wherever package.json is, seen from the built program. */
function rootDirectory(): string {
  for (let dir = dirname(fileURLToPath(import.meta.url)); ; dir = dirname(dir)) {
    if (existsSync(join(dir, 'package.json')) || dir === dirname(dir)) return dir;
  }
}

export function programVersion(): string {
  const { version } = JSON.parse(readFileSync(join(rootDirectory(), 'package.json'), 'utf8')) as { readonly version: string };
  return version;
}

/**
 * Starts a node. Resolves when its public port listens; the cluster may still be forming.
 *
 * @param onRemoved the node is no member of its cluster any more: it is to be stopped, and the process to end; maybe before this resolves
 * @param onFatal the node cannot go on: the process must end, at once and without cleaning up (rules D5, D6)
 */
export async function runNode(
  settings: NodeSettings,
  onFatal: (message: string) => void,
  onRemoved: (reason: string) => void,
): Promise<RunningNode> {
  const logger = nodeLogger(settings);
  const version = programVersion();
  const secret = settings.clusterSecret ?? keptSecret(join(settings.data, 'cluster-secret'));
  const drawnKey = settings.adminKey === null ? newSecret('confman_') : null;
  const seedKeyHash = sha256Hex(settings.adminKey ?? drawnKey ?? '');
  const threads = new NodeThreads({
    settings,
    secret,
    seedKeyHash,
    version,
    onLog: ({ level, event, fields }) => logger[level](fields, event),
    onSeeded: () => {
      if (drawnKey !== null) showKeyOnce(drawnKey);
    },
    onRemoved,
    onFatal,
  });
  await threads.started();
  const engine = engineOver(await threads.ports());
  const api = nodeApi(engine, settings, secret, version, logger, true);
  engine.serveRelays(createRelayHandler(api));
  await api.ready();
  const web = settings.web
    ? new WebDoor({
        root: rootDirectory(),
        settings,
        secret,
        version,
        ports: () => threads.ports(),
        onFailed: (message) => logger.error({ message }, 'console-failed'),
        onListening: (attempt) => logger.info({ attempt }, 'console-listening'),
      })
    : null;
  const server = new PublicServer({ settings, api, web });
  await server.listen();
  logger.info({ url: settings.advertiseUrl, data: settings.data }, 'listening');

  /** The first key of a cluster that was given none is shown this one time; only the node whose seed came first has it. */
  function showKeyOnce(key: string): void {
    const row = engine.read('default', { type: 'keyBySecretHash', secretHash: seedKeyHash });
    if (row.data !== null) process.stdout.write(`The cluster is formed. Its first admin key, shown only now: ${key}\n`);
  }

  const unwatch = watchCertificates(settings, () => {
    threads.reloadTls();
    try {
      server.reloadTls();
      logger.info('tls-reloaded');
    } catch (error) {
      logger.error({ error: String(error) }, 'tls-not-reloaded');
    }
  });

  let stopping: Promise<void> | null = null;
  const stop = async (): Promise<void> => {
    logger.info('stopping');
    unwatch();
    const drained = server.close(DRAIN_MS);
    // Ends event streams and waits, so that the drain can end.
    await api.close();
    await drained;
    await web?.stop();
    await threads.stop(HAND_OVER_MS);
    engine.close();
    logger.info('stopped');
  };
  return {
    stop: () => {
      stopping ??= stop();
      return stopping;
    },
  };
}

/** Certificates are renewed under a running node: their files are looked at now and then. */
function watchCertificates(settings: NodeSettings, changed: () => void): () => void {
  const files = [
    settings.tls?.certFile,
    settings.tls?.keyFile,
    settings.peerTls?.certFile,
    settings.peerTls?.keyFile,
    settings.peerTls?.caFile,
  ].filter((file) => file !== undefined);
  for (const file of files) watchFile(file, { interval: TLS_LOOK_MS, persistent: false }, changed);
  return () => {
    for (const file of files) unwatchFile(file, changed);
  };
}
