/** PUT of one entry, and what it would do (`dryRun`). */
import type { DryRunAnswer, PutEntryRequest, WriteAnswer } from '../../lib/contract/schemas/entries.ts';
import type { Change, EntryState, Precondition } from '../state/types.ts';
import type { ReadResult, Services, WriteCall, WriteResult } from './context.ts';
import { ServiceError } from './errors.ts';
import { requireNamespace } from './guards.ts';
import { judgedPut } from './judged-put.ts';
import { stateToEntry, toEntry } from './rows.ts';
import { writeEntries } from './write-entries.ts';

export interface PutEntryInput {
  readonly namespace: string;
  readonly key: string;
  readonly body: PutEntryRequest;
  readonly precondition: Precondition;
}

const POINTER = '/value';

export async function putEntry(services: Services, call: WriteCall, input: PutEntryInput): Promise<WriteResult<WriteAnswer>> {
  const { namespace, key, body, precondition } = input;
  requireNamespace(call.principal, 'write', namespace);
  const plain = { op: 'put', key, value: body.value, type: body.type ?? null } as const;
  const wanted = precondition.ifMatch === undefined && precondition.ifAbsent !== true ? plain : { ...plain, ...precondition };
  const written = await writeEntries(services, call, namespace, [wanted], { message: body.message ?? '', pointerTo: () => POINTER });
  const { group, position, replayed, clock, clockIgnored } = written;
  const data = writeAnswer(group, namespace, written.data.changes, written.data.namespaceCreated);
  return { data, group, position, replayed, clock, clockIgnored };
}

/** The answer to a change of one key that leaves an entry behind. */
export function writeAnswer(group: string, namespace: string, changes: readonly Change[], namespaceCreated: boolean): WriteAnswer {
  const [change] = changes;
  if (change?.op !== 'put') throw new TypeError('a put was answered without its change');
  return {
    ...stateToEntry(group, namespace, change.entry),
    created: change.created,
    previousRevision: change.previousRevision,
    namespaceCreated,
  };
}

/** Whether an entry, as its group has it, is at the version that a precondition names. */
function isAtVersion(group: string, entry: EntryState, version: NonNullable<Precondition['ifMatch']>): boolean {
  const { position } = entry;
  return position.index === version.index && position.term === version.term && (entry.group ?? group) === (version.group ?? group);
}

/** Judges the value, the names and the preconditions against this replica's state, and changes nothing. */
export async function dryRunPut(services: Services, call: WriteCall, input: PutEntryInput): Promise<ReadResult<DryRunAnswer>> {
  const { namespace, key, body, precondition } = input;
  requireNamespace(call.principal, 'write', namespace);
  await judgedPut(services, call, namespace, { key, value: body.value, type: body.type ?? null }, POINTER);
  const inNamespace = await services.gateway.read(namespace, { type: 'namespace', namespace }, call);
  if (inNamespace.data === null && services.settings.strictNamespaces) {
    throw new ServiceError('namespace-not-found', `there is no namespace ${namespace}`, {}, { read: inNamespace });
  }
  const read = await services.gateway.read(namespace, { type: 'entry', namespace, key }, call);
  const entry = read.data;
  const { ifMatch, ifAbsent } = precondition;
  const isAt = entry !== null && ifMatch !== undefined && isAtVersion(read.group, entry, ifMatch);
  if ((ifMatch !== undefined && !isAt) || (ifAbsent === true && entry !== null)) {
    const current = entry === null ? null : toEntry(read.group, entry);
    throw new ServiceError(
      'version-conflict',
      current === null ? `${key} does not exist` : `${key} is at version ${current.version}`,
      { current },
      { read },
    );
  }
  const data: DryRunAnswer = {
    dryRun: true,
    namespace,
    key,
    type: body.type ?? entry?.type ?? 'text',
    created: entry === null,
    previousRevision: entry?.revision ?? null,
    namespaceCreated: inNamespace.data === null,
  };
  return { ...read, data };
}
