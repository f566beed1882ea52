/** Where the nodes of a local cluster live. */
import { createServer } from 'node:net';
import { CommandError } from '../exit.ts';

export interface LocalNode {
  readonly id: string;
  readonly port: number;
  readonly peerPort: number;
  readonly url: string;
  readonly peer: string;
  /** Absolute path of its data directory. */
  readonly data: string;
}

const portStep = 100;

export function layOut(count: number, firstPort: number, directoryOf: (id: string) => string): readonly LocalNode[] {
  return Array.from({ length: count }, (_, at) => {
    const id = `n${at + 1}`;
    const port = firstPort + at * portStep;
    return { id, port, peerPort: port + 1, url: `http://127.0.0.1:${port}`, peer: `127.0.0.1:${port + 1}`, data: directoryOf(id) };
  });
}

/**
 * @param movable whether the cluster could as well live on other ports
 * @throws CommandError naming every port that somebody else has
 */
export async function checkPortsAreFree(nodes: readonly LocalNode[], movable: boolean): Promise<void> {
  const ports = nodes.flatMap(({ port, peerPort }) => [port, peerPort]);
  const free = await Promise.all(ports.map(isFree));
  const taken = ports.filter((_, at) => free[at] === false);
  if (taken.length === 0) return;
  const way = movable
    ? `stop what listens there, or choose others with --port ${taken.some((port) => port < 7000) ? 7100 : 6100}`
    : 'this cluster may be running already; if not, stop what listens there';
  throw new CommandError(`${taken.length === 1 ? 'port' : 'ports'} ${taken.join(', ')} ${taken.length === 1 ? 'is' : 'are'} taken: ${way}`);
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => {
      resolve(false);
    });
    server.listen(port, '127.0.0.1', () => {
      server.close(() => {
        resolve(true);
      });
    });
  });
}
