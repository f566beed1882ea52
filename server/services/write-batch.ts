/** Several changes of one namespace: all or nothing, one command, one token. */
import { BATCH_BYTES_MAX } from '../../lib/contract/schemas/common.ts';
import type { BatchAnswer, BatchChange, BatchOperation, BatchRequest } from '../../lib/contract/schemas/entries.ts';
import type { ProblemDetailError } from '../../lib/contract/schemas/problem.ts';
import { formatVersion } from '../../lib/contract/token.ts';
import type { Change, Precondition } from '../state/types.ts';
import type { Services, WriteCall, WriteResult } from './context.ts';
import { ServiceError } from './errors.ts';
import { requireNamespace } from './guards.ts';
import type { ShardMap } from './shard-map.ts';
import { versionPosition } from './version-position.ts';
import { writeEntries } from './write-entries.ts';
import type { Wanted } from './write-entries.ts';

export async function writeBatch(
  services: Services,
  call: WriteCall,
  input: { readonly namespace: string; readonly body: BatchRequest },
): Promise<WriteResult<BatchAnswer>> {
  const { namespace, body } = input;
  requireNamespace(call.principal, 'write', namespace);
  checkKeys(body.operations);
  checkBytes(body.operations);
  const wanted = body.operations.map((operation, at) => toWanted(services.map, operation, at));
  const written = await writeEntries(services, call, namespace, wanted, {
    message: body.message ?? '',
    pointerTo: (at) => `/operations/${at}/value`,
  });
  const { changes, namespaceCreated } = written.data;
  const version = formatVersion(written.group, written.position);
  return { ...written, data: { version, namespace, namespaceCreated, changes: changes.map(toBatchChange) } };
}

function checkKeys(operations: readonly BatchOperation[]): void {
  const first = new Map<string, number>();
  const errors: ProblemDetailError[] = [];
  for (const [at, { key }] of operations.entries()) {
    const before = first.get(key);
    if (before === undefined) first.set(key, at);
    else errors.push({ pointer: `/operations/${at}/key`, detail: `operation ${before} has the same key` });
  }
  if (errors.length > 0)
    throw new ServiceError('duplicate-key', 'a key may occur only once in a batch, because all of it happens at once', { errors });
}

function checkBytes(operations: readonly BatchOperation[]): void {
  let bytes = 0;
  for (const operation of operations)
    bytes += Buffer.byteLength(operation.key) + (operation.op === 'put' ? Buffer.byteLength(operation.value) : 0);
  if (bytes > BATCH_BYTES_MAX)
    throw new ServiceError(
      'body-too-large',
      `keys and values of this batch have ${bytes} bytes: at most ${BATCH_BYTES_MAX} go into one batch`,
    );
}

function toWanted(map: ShardMap, operation: BatchOperation, at: number): Wanted {
  const { op, key, ifMatch } = operation;
  const condition: Precondition =
    ifMatch === undefined ? {} : { ifMatch: versionPosition(map, ifMatch, { pointer: `/operations/${at}/ifMatch` }) };
  if (op === 'delete') return { op, key, ...condition };
  const { value, type, ifNoneMatch } = operation;
  if (ifMatch !== undefined && ifNoneMatch !== undefined) {
    throw new ServiceError('invalid-body', `operation ${at} asks for a version and for no entry at once`, {
      errors: [{ pointer: `/operations/${at}/ifNoneMatch`, detail: 'ifMatch and ifNoneMatch exclude each other' }],
    });
  }
  return { op, key, value, type: type ?? null, ...condition, ...(ifNoneMatch === undefined ? {} : { ifAbsent: true }) };
}

function toBatchChange(change: Change): BatchChange {
  if (change.op === 'delete')
    return {
      op: 'delete',
      key: change.key,
      type: null,
      created: false,
      revision: change.revision,
      previousRevision: change.previousRevision,
    };
  const { entry, created, previousRevision } = change;
  return { op: 'put', key: entry.key, type: entry.type, created, revision: entry.revision, previousRevision };
}
