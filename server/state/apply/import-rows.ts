/**
 * Rows of a range that this group is taking over, as they were in the group that gives it: with their revisions and versions,
 * and without an event of their own. Nothing of them is shown before the group keeps the range.
 */
import type { ImportRow, NamespaceImport, Origin, RecordImport, RevisionImport } from '../../shards/import.ts';
import type { ApplyContext } from './context.ts';

/** What every row costs beside its value, roughly. */
const ROW_BYTES = 200;

/** The group of an origin as a row holds it: null for this one. */
function originOf(context: ApplyContext, { group }: Origin): string | null {
  return group === context.group ? null : group;
}

/** Drops the revisions of a key below one. What watches from before them must be told. */
function dropBelow(context: ApplyContext, at: { readonly namespace: string; readonly key: string }, revision: number): void {
  const { statements, progress } = context;
  const index = statements.lastLocalBelow.get({ ...at, revision })?.index ?? 0;
  statements.dropRevisionsBelow.run({ ...at, revision });
  progress.historyFloorIndex = Math.max(progress.historyFloorIndex, index);
}

function importRevision(context: ApplyContext, row: RevisionImport): void {
  const { statements } = context;
  const { namespace, key, revision, origin, type } = row;
  const at = { namespace, key };
  const head = statements.head.get(at);
  if (head !== undefined && head.revision >= revision) return;
  // Behind a gap (retention was at work on the other side), and where this group has history from before it gave the range away,
  // only what follows on without one counts as kept.
  const follows = head !== undefined && revision === head.revision + 1;
  if (!follows) dropBelow(context, at, revision);
  statements.dropRevision.run({ ...at, revision });
  const position = { term: origin.term, index: origin.index, origin: originOf(context, origin) };
  const { createdAtMs } = row;
  const deleted = row.deleted ? 1 : 0;
  const { author, message, timeMs, hash, value } = row;
  const written = statements.insertRevisionImport.run({
    ...at,
    ...position,
    revision,
    type,
    deleted,
    createdAtMs,
    timeMs,
    author,
    message,
    hash,
    value,
  });
  const next = { ...position, revision, revisionId: Number(written.lastInsertRowid), type, deleted, createdAtMs };
  if (head === undefined) return void statements.insertHeadImport.run({ ...at, ...next });
  statements.updateHeadImport.run({ id: head.id, ...next });
  if (!follows) statements.raiseOldest.run({ ...at, revision });
}

function importNamespace(context: ApplyContext, { namespace, row }: NamespaceImport): void {
  const { statements } = context;
  context.forgetNamespace(namespace);
  if (row === null) return void statements.dropNamespaceNamed.run({ namespace });
  const { description, owner, createdAtMs, updatedAtMs, origin, entries } = row;
  statements.putNamespaceImport.run({
    namespace,
    description,
    owner,
    createdAtMs,
    updatedAtMs,
    term: origin.term,
    index: origin.index,
    origin: originOf(context, origin),
    entries,
  });
}

function importRecord(context: ApplyContext, row: RecordImport): void {
  const { scope, request, namespace, origin, stampMs, result } = row;
  const { term, index } = origin;
  const at = { term, index, origin: originOf(context, origin) };
  context.statements.putRecordImport.run({ scope, request, namespace, stampMs, result, ...at });
}

export function importRow(context: ApplyContext, row: ImportRow): void {
  if (row.kind === 'revision') importRevision(context, row);
  else if (row.kind === 'namespace') importNamespace(context, row);
  else importRecord(context, row);
}

export function importBytes(rows: readonly ImportRow[]): number {
  let bytes = 0;
  for (const row of rows) bytes += ROW_BYTES + (row.kind === 'revision' ? Buffer.byteLength(row.value ?? '') : 0);
  return bytes;
}
