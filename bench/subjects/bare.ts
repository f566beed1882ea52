import { once } from 'node:events';
import type { Processes } from '../processes.ts';

/** Starts node:http with a constant body in a process of its own. @returns its port */
export async function startBare(processes: Processes, body: string): Promise<number> {
  const child = processes.fork(new URL('./bare-server.ts', import.meta.url));
  child.send(body);
  const [port] = (await once(child, 'message')) as [number];
  return port;
}
