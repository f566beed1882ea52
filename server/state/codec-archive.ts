/** The bodies of commands about the end of a group as they stand in a command's header (`codec-shards.ts`), from level 2 on. */
import { AUDIT_ACTIONS, ENTRY_TYPES, type LogPosition } from '../../lib/contract/model.ts';
import type { ArchivedEvent } from '../shards/archive.ts';
import { count, fields, flag, list, nullable, oneOf, text } from './codec-fields.ts';
import type { ValueSink, ValueSource } from './codec-values.ts';
import type { ArchiveCommandBody } from './shard-types.ts';

function packEvent(event: ArchivedEvent, valueBytes: ValueSink): object {
  const { revision } = event;
  return {
    id: event.id,
    term: event.term,
    hlc: event.hlc,
    action: event.action,
    actor: event.actor,
    namespace: event.namespace,
    key: event.key,
    oldRevision: event.oldRevision,
    newRevision: event.newRevision,
    count: event.count,
    message: event.message,
    requestId: event.requestId,
    revision:
      revision === null
        ? null
        : {
            type: revision.type,
            deleted: revision.deleted,
            hash: revision.hash,
            valueBytes: revision.value === null ? null : valueBytes(revision.value),
          },
  };
}

const EVENT_FIELDS = [
  'id',
  'term',
  'hlc',
  'action',
  'actor',
  'namespace',
  'key',
  'oldRevision',
  'newRevision',
  'count',
  'message',
  'requestId',
  'revision',
] as const;

function unpackRevision(value: unknown, path: string, source: ValueSource): NonNullable<ArchivedEvent['revision']> {
  const from = fields(value, path, ['type', 'deleted', 'hash', 'valueBytes']);
  return {
    type: oneOf(from['type'], `${path}.type`, ENTRY_TYPES),
    deleted: flag(from['deleted'], `${path}.deleted`),
    hash: nullable(from['hash'], `${path}.hash`, count),
    value: nullable(from['valueBytes'], `${path}.valueBytes`, (bytes, at) => source(count(bytes, at))),
  };
}

function unpackEvent(value: unknown, path: string, source: ValueSource): ArchivedEvent {
  const from = fields(value, path, EVENT_FIELDS);
  return {
    id: count(from['id'], `${path}.id`),
    term: count(from['term'], `${path}.term`),
    hlc: text(from['hlc'], `${path}.hlc`),
    action: oneOf(from['action'], `${path}.action`, AUDIT_ACTIONS),
    actor: text(from['actor'], `${path}.actor`),
    namespace: nullable(from['namespace'], `${path}.namespace`, text),
    key: nullable(from['key'], `${path}.key`, text),
    oldRevision: nullable(from['oldRevision'], `${path}.oldRevision`, count),
    newRevision: nullable(from['newRevision'], `${path}.newRevision`, count),
    count: nullable(from['count'], `${path}.count`, count),
    message: text(from['message'], `${path}.message`),
    requestId: text(from['requestId'], `${path}.requestId`),
    revision: nullable(from['revision'], `${path}.revision`, (one, at) => unpackRevision(one, at, source)),
  };
}

function unpackPosition(value: unknown, path: string): LogPosition {
  const from = fields(value, path, ['term', 'index']);
  return { term: count(from['term'], `${path}.term`), index: count(from['index'], `${path}.index`) };
}

export function packArchiveBody(body: ArchiveCommandBody, valueBytes: ValueSink): object {
  if (body.type === 'seal-group') return { type: body.type };
  return {
    type: body.type,
    group: body.group,
    before: body.before,
    after: body.after,
    final: { term: body.final.term, index: body.final.index },
    auditFloorIndex: body.auditFloorIndex,
    historyFloorIndex: body.historyFloorIndex,
    complete: body.complete,
    events: body.events.map((event) => packEvent(event, valueBytes)),
  };
}

const IMPORT_FIELDS = ['type', 'group', 'before', 'after', 'final', 'auditFloorIndex', 'historyFloorIndex', 'complete', 'events'] as const;

type Unpack<T extends ArchiveCommandBody['type']> = (value: unknown, source: ValueSource) => Extract<ArchiveCommandBody, { type: T }>;

export const UNPACK_ARCHIVE: { readonly [T in ArchiveCommandBody['type']]: Unpack<T> } = {
  'seal-group': (value) => {
    fields(value, 'body', ['type']);
    return { type: 'seal-group' };
  },
  'import-archive': (value, source) => {
    const from = fields(value, 'body', IMPORT_FIELDS);
    return {
      type: 'import-archive',
      group: text(from['group'], 'body.group'),
      before: nullable(from['before'], 'body.before', count),
      after: count(from['after'], 'body.after'),
      final: unpackPosition(from['final'], 'body.final'),
      auditFloorIndex: count(from['auditFloorIndex'], 'body.auditFloorIndex'),
      historyFloorIndex: count(from['historyFloorIndex'], 'body.historyFloorIndex'),
      complete: flag(from['complete'], 'body.complete'),
      events: list(from['events'], 'body.events', (event, at) => unpackEvent(event, at, source)),
    };
  },
};
