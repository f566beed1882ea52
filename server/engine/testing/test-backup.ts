/** A backup of a state in memory, as a replica with files gives it. */
import { createHash } from 'node:crypto';
import { type BackupHeader, backupBytes, encodeHead, encodeTail } from '../../backup/format.ts';
import type { SqliteStateMachine } from '../../state/sqlite-state-machine.ts';
import type { Backup } from '../types.ts';

export function backupOf(state: SqliteStateMachine, node: string): Backup {
  const bytes = state.serialize();
  const { group, clusterId, lineages } = state.identity;
  const applied = state.applied();
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const header: BackupHeader = {
    clusterId,
    clusterName: 'test',
    lineageId: lineages.at(-1)?.id ?? '',
    createdAt: '2026-01-01T00:00:00.000Z',
    node,
    version: 'test',
    groups: [{ group, ...applied, bytes: bytes.length, sha256, stateHash: state.hash() }],
  };
  async function* chunks(): AsyncGenerator<Uint8Array> {
    const head = encodeHead(header);
    yield head;
    yield Promise.resolve(bytes);
    yield encodeTail(head);
  }
  return {
    clusterName: header.clusterName,
    groups: [{ group, applied }],
    sizeBytes: backupBytes(header),
    chunks,
    close: () => Promise.resolve(),
  };
}
