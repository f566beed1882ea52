import type { FastifyInstance } from 'fastify';
import type { NodeSettings } from '../config/node-settings.ts';
import type { Engine } from '../engine/types.ts';

/** Where the pages find the node that runs in their process: modules that Next bundles are other instances than ours. */
const HANDLE = Symbol.for('confman.node');

/** Puts the node on `globalThis`, as `app/_server/node-handle.ts` reads it. */
export function publishHandle(engine: Engine, api: FastifyInstance, settings: NodeSettings): void {
  const handle = {
    nodeId: engine.nodeId,
    clusterId: () => engine.identity('default')?.clusterId ?? null,
    api,
    settings: { lab: settings.lab, clusterName: settings.clusterName },
  };
  (globalThis as unknown as Record<symbol, unknown>)[HANDLE] = handle;
}
