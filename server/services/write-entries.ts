/** Writes one or several entries of a namespace in one command. */
import type { Change, DeleteOperation, Operation, PutOperation } from '../state/types.ts';
import type { Services, WriteCall, WriteResult } from './context.ts';
import { judgedAgain, judgedPut } from './judged-put.ts';
import type { WantedPut } from './judged-put.ts';
import { refusalOf } from './refusals.ts';
import { writeCommand, writeDeadline } from './write-command.ts';

export interface WantedDelete extends Omit<DeleteOperation, 'op'> {
  readonly op: 'delete';
}

export type Wanted = ({ readonly op: 'put' } & WantedPut) | WantedDelete;

export interface EntriesWritten {
  readonly changes: readonly Change[];
  readonly namespaceCreated: boolean;
}

/** How often a put may be judged anew because its entry's type has changed meanwhile. */
const JUDGED_MAX = 4;

/**
 * All or nothing, one token.
 *
 * @param pointerTo JSON Pointer to the value of the operation with this number
 */
export async function writeEntries(
  services: Services,
  call: WriteCall,
  namespace: string,
  wanted: readonly Wanted[],
  options: { readonly message: string; readonly pointerTo: (operation: number) => string },
): Promise<WriteResult<EntriesWritten>> {
  const deadlineMs = writeDeadline(services, call);
  const operations: Operation[] = [];
  for (const [at, operation] of wanted.entries()) {
    operations.push(operation.op === 'delete' ? operation : await judgedPut(services, call, namespace, operation, options.pointerTo(at)));
  }
  const frees = operations.every((operation) => operation.op === 'delete');
  const subject = { namespace, keys: operations.map((operation) => operation.key) };
  for (let attempt = 1; ; attempt += 1) {
    const body = {
      type: 'write',
      namespace,
      operations: [...operations],
      message: options.message,
      createNamespace: !services.settings.strictNamespaces && !frees,
    } as const;
    const written = await writeCommand(services, call, { namespace, body, frees }, deadlineMs);
    const { data } = written;
    if (data.kind === 'written') {
      const { group, position, replayed, clock, clockIgnored } = written;
      return { data, group, position, replayed, clock, clockIgnored };
    }
    if (data.kind !== 'refused') throw new TypeError(`a write was answered with ${data.kind}`);
    if (data.code !== 'type-changed' || attempt === JUDGED_MAX) throw await refusalOf(services, call, written, data, subject);
    const put = operations[data.operation] as PutOperation;
    operations[data.operation] = await judgedAgain(services, put, data.type, options.pointerTo(data.operation));
  }
}
