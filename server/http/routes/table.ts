/** Every route of the API: what the router serves, what is authorised, what OpenAPI says and what the tests walk. */
import type { AnyRoute } from '../route.ts';
import { accessRoutes } from './access.ts';
import { auditRoutes } from './audit.ts';
import { backupRoutes } from './backup.ts';
import { clusterRoutes, labRoutes, probeRoutes } from './cluster.ts';
import { entryRoutes } from './entries.ts';
import { memberRoutes } from './members.ts';
import { namespaceRoutes } from './namespaces.ts';
import { shardRoutes } from './shards.ts';
import { streamRoutes } from './streams.ts';

/** @param lab whether the node injects faults when told to; without it those routes do not exist */
export function routeTable(lab: boolean): readonly AnyRoute[] {
  return [
    ...namespaceRoutes,
    ...entryRoutes,
    ...auditRoutes,
    ...streamRoutes,
    ...clusterRoutes,
    ...backupRoutes,
    ...memberRoutes,
    ...shardRoutes,
    ...accessRoutes,
    ...probeRoutes,
    ...(lab ? labRoutes : []),
  ];
}
