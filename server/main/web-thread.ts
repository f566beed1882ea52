/** Entry of the web thread: Next.js, behind a socket that only this process's main thread uses. */
import { createServer } from 'node:http';
import { parentPort, workerData } from 'node:worker_threads';
import next from 'next';
import { createRelayHandler } from '../http/create-api.ts';
import { HTTP_SERVER_OPTIONS } from '../http/limits.ts';
import { nodeApi, nodeLogger } from './api.ts';
import { publishHandle, REMOTE_HEADER } from './handle.ts';
import { engineOver } from './threads.ts';
import type { FromWeb, WebThreadData } from './thread-messages.ts';

const { root, socketPath, settings, sessionSecret, version, enginePort, scanPort, init } = workerData as WebThreadData;

function tell(message: FromWeb): void {
  parentPort?.postMessage(message);
}

async function run(): Promise<void> {
  const engine = engineOver({ enginePort, scanPort, init });
  const api = nodeApi(engine, settings, sessionSecret, version, nodeLogger(settings), false);
  if (settings.apiDoor === 'next') engine.serveRelays(createRelayHandler(api));
  await api.ready();
  publishHandle(engine, api, settings, REMOTE_HEADER);
  const app = next({ dev: false, dir: root, quiet: true });
  await app.prepare();
  const handle = app.getRequestHandler();
  // Its only client is the main thread, which has judged sizes and times already: no bound here may be tighter than there.
  const server = createServer(HTTP_SERVER_OPTIONS, (request, response) => void handle(request, response));
  // That client keeps its connections; one closed from here in the moment of its next use would cost a request.
  server.keepAliveTimeout = 0;
  server.listen(socketPath, () => tell({ type: 'listening' }));
}

run().catch((error: unknown) => tell({ type: 'failed', message: error instanceof Error ? (error.stack ?? error.message) : String(error) }));
