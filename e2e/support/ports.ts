import { once } from 'node:events';
import { createServer } from 'node:net';

/** `confman up` takes a port for each node and its peer port beside it, a hundred apart. */
const offsets = [0, 1, 100, 101, 200, 201] as const;

/** A port from which on a cluster of three finds all of its ports free. */
export async function freeClusterPort(): Promise<number> {
  for (let tries = 0; tries < 50; tries += 1) {
    const first = await freePort();
    if (first + 201 > 65_535) continue;
    const free = await Promise.all(offsets.map((offset) => isFree(first + offset)));
    if (free.every(Boolean)) return first;
  }
  throw new Error('no free ports for a cluster of three were found');
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port');
  return address.port;
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    server.close();
    await once(server, 'close');
    return true;
  } catch {
    return false;
  }
}
