import type { FastifyInstance } from 'fastify';
import type { NodeSettings } from '../config/node-settings.ts';
import type { Engine } from '../engine/types.ts';

/** Where the pages find the node that runs in their process: modules that Next bundles are other instances than ours. */
const HANDLE = Symbol.for('confman.node');

/** Names the address of a caller to the thread behind the door; lower case. */
export const REMOTE_HEADER = 'x-confman-remote';

/**
 * Puts the node on `globalThis`, as `app/_server/node-handle.ts` reads it.
 *
 * @param remoteHeader the header that names the address of a caller, where something in front always writes it; null where anybody could
 */
export function publishHandle(engine: Engine, api: FastifyInstance, settings: NodeSettings, remoteHeader: string | null): void {
  const handle = {
    nodeId: engine.nodeId,
    clusterId: () => engine.identity('default')?.clusterId ?? null,
    api,
    remoteHeader,
    settings: { lab: settings.lab, clusterName: settings.clusterName },
  };
  (globalThis as unknown as Record<symbol, unknown>)[HANDLE] = handle;
}
