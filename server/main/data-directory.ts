import { join } from 'node:path';
import { z } from 'zod';
import type { NodeSettings } from '../config/node-settings.ts';
import { ClockFile } from '../disk/clock-file.ts';
import { lockDataDir } from '../disk/data-dir-lock.ts';
import { DataDirError } from '../disk/errors.ts';
import { readIdentity, writeIdentity } from '../disk/identity-file.ts';
import type { ClockStore } from '../replica/clock-reserve.ts';
import type { IdentityStore, NodeIdentity } from '../replica/identity.ts';
import { isUnfinished } from './offline/staging.ts';

const Member = z.object({
  id: z.string(),
  name: z.string(),
  incarnation: z.string(),
  peer: z.string(),
  url: z.string(),
  claim: z.string().nullable().optional(),
  replaces: z.string().optional(),
});
export const Identity = z.object({
  nodeId: z.string(),
  stage: z.enum(['empty', 'draft', 'formed', 'removed']),
  clusterId: z.string().nullable(),
  clusterName: z.string(),
  lineageId: z.string().nullable(),
  incarnation: z.string().nullable(),
  began: z.boolean(),
  members: z.array(Member),
  claim: z.string().optional(),
  memberSince: z.int().optional(),
  awaiting: z.array(z.string()).optional(),
  begun: z.array(z.string()).optional(),
  gone: z.array(z.string()).optional(),
  removedBecause: z.string().optional(),
});

export interface DataDirectory {
  readonly identities: IdentityStore;
  readonly clock: ClockStore;
  release(): void;
}

/**
 * Locks the data directory of a node and reads whose it is.
 *
 * @throws DataDirError when another process has it, its identity is damaged or of a newer format, or it belongs to a node of another name
 */
export function openDataDirectory(settings: NodeSettings): DataDirectory {
  const lock = lockDataDir(settings.data);
  const empty: NodeIdentity = {
    nodeId: settings.id,
    stage: 'empty',
    clusterId: null,
    clusterName: settings.clusterName,
    lineageId: null,
    incarnation: null,
    began: false,
    members: [],
  };
  const load = (): NodeIdentity => readIdentity(settings.data, (content) => Identity.parse(content)) ?? empty;
  if (isUnfinished(settings.data)) {
    lock.release();
    throw new DataDirError(
      'unfinished',
      `a restore or a recovery into ${settings.data} has not ended: repeat it (confman recover goes on where it was; restore-backup wants an empty directory)`,
    );
  }
  const { nodeId } = load();
  if (nodeId !== settings.id) {
    lock.release();
    throw new DataDirError(
      'other-node',
      `the data directory ${settings.data} belongs to node ${nodeId}; this node is called ${settings.id}. Give it its own --data, or start it as ${nodeId}.`,
    );
  }
  const clock = ClockFile.open(join(settings.data, 'clock'));
  return {
    identities: { load, save: (identity) => writeIdentity(settings.data, identity) },
    clock,
    release: () => {
      clock.close();
      lock.release();
    },
  };
}
