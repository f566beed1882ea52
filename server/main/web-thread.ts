/** Entry of the web thread: Next.js, behind a socket that only this process's main thread uses. */
import { createServer } from 'node:http';
import { parentPort, workerData } from 'node:worker_threads';
import next from 'next';
import { createRelayHandler } from '../http/create-api.ts';
import { nodeApi, nodeLogger } from './api.ts';
import { publishHandle } from './handle.ts';
import { engineOver } from './threads.ts';
import type { FromWeb, WebThreadData } from './thread-messages.ts';

const { root, socketPath, settings, sessionSecret, version, enginePort, scanPort, init } = workerData as WebThreadData;

function tell(message: FromWeb): void {
  parentPort?.postMessage(message);
}

async function run(): Promise<void> {
  const engine = engineOver({ enginePort, scanPort, init });
  const api = nodeApi(engine, settings, sessionSecret, version, nodeLogger(settings));
  if (settings.apiDoor === 'next') engine.serveRelays(createRelayHandler(api));
  await api.ready();
  publishHandle(engine, api, settings);
  const app = next({ dev: false, dir: root, quiet: true });
  await app.prepare();
  const handle = app.getRequestHandler();
  const server = createServer((request, response) => void handle(request, response));
  server.keepAliveTimeout = 60_000;
  server.listen(socketPath, () => tell({ type: 'listening' }));
}

run().catch((error: unknown) => tell({ type: 'failed', message: error instanceof Error ? (error.stack ?? error.message) : String(error) }));
