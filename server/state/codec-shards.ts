/** The bodies of commands about shards as they stand in a command's header (`codec-body.ts`), from level 2 on. */
import { ENTRY_TYPES } from '../../lib/contract/model.ts';
import type { ImportRow, MoveCursor, NamespaceImport, Origin } from '../shards/import.ts';
import type { PlannedMove, PrefixRoute, RangePart, ShardRange } from '../shards/types.ts';
import { UNPACK_ARCHIVE, packArchiveBody } from './codec-archive.ts';
import { type Fields, count, fields, flag, list, nullable, oneOf, text } from './codec-fields.ts';
import type { ValueSink, ValueSource } from './codec-values.ts';
import type { ArchiveCommandBody, RangeCommandBody, RegistryCommandBody } from './shard-types.ts';

/** The first level at which they may be proposed. */
export const SHARD_COMMANDS_LEVEL = 2;

export type ShardCommandBody = RegistryCommandBody | RangeCommandBody | ArchiveCommandBody;

function packRange(range: ShardRange): object {
  return range.map(({ prefix, except, partitions }) => ({ prefix, except, partitions }));
}

function unpackPart(value: unknown, path: string): RangePart {
  const from = fields(value, path, ['prefix', 'except', 'partitions']);
  return {
    prefix: nullable(from['prefix'], `${path}.prefix`, text),
    except: list(from['except'], `${path}.except`, text),
    partitions: nullable(from['partitions'], `${path}.partitions`, (numbers, at) => list(numbers, at, count)),
  };
}

function unpackRange(value: unknown, path: string): ShardRange {
  return list(value, path, unpackPart);
}

function packMove({ from, to, range }: PlannedMove): object {
  return { from, to, range: packRange(range) };
}

function unpackMove(value: unknown, path: string): PlannedMove {
  const found = fields(value, path, ['from', 'to', 'range']);
  return {
    from: text(found['from'], `${path}.from`),
    to: text(found['to'], `${path}.to`),
    range: unpackRange(found['range'], `${path}.range`),
  };
}

function unpackRoute(value: unknown, path: string): PrefixRoute {
  const from = fields(value, path, ['prefix', 'group']);
  return { prefix: text(from['prefix'], `${path}.prefix`), group: text(from['group'], `${path}.group`) };
}

function packCursor({ names, events, revisions, records }: MoveCursor): object {
  return { names, events, revisions, records };
}

function unpackCursor(value: unknown, path: string): MoveCursor {
  const from = fields(value, path, ['names', 'events', 'revisions', 'records']);
  return {
    names: nullable(from['names'], `${path}.names`, text),
    events: count(from['events'], `${path}.events`),
    revisions: count(from['revisions'], `${path}.revisions`),
    records: count(from['records'], `${path}.records`),
  };
}

function packOrigin({ group, term, index }: Origin): object {
  return { group, term, index };
}

function unpackOrigin(value: unknown, path: string): Origin {
  const from = fields(value, path, ['group', 'term', 'index']);
  return {
    group: text(from['group'], `${path}.group`),
    term: count(from['term'], `${path}.term`),
    index: count(from['index'], `${path}.index`),
  };
}

function packRow(row: ImportRow, valueBytes: ValueSink): object {
  switch (row.kind) {
    case 'revision':
      return {
        kind: row.kind,
        namespace: row.namespace,
        key: row.key,
        revision: row.revision,
        type: row.type,
        deleted: row.deleted,
        origin: packOrigin(row.origin),
        createdAtMs: row.createdAtMs,
        timeMs: row.timeMs,
        author: row.author,
        message: row.message,
        hash: row.hash,
        valueBytes: row.value === null ? null : valueBytes(row.value),
      };
    case 'namespace':
      return { kind: row.kind, namespace: row.namespace, row: row.row === null ? null : packNamespace(row.row) };
    case 'record':
      return {
        kind: row.kind,
        scope: row.scope,
        request: row.request,
        namespace: row.namespace,
        origin: packOrigin(row.origin),
        stampMs: row.stampMs,
        result: row.result,
      };
  }
}

function packNamespace(row: NonNullable<NamespaceImport['row']>): object {
  return {
    description: row.description,
    owner: row.owner,
    createdAtMs: row.createdAtMs,
    updatedAtMs: row.updatedAtMs,
    origin: packOrigin(row.origin),
    entries: row.entries,
  };
}

function unpackNamespace(value: unknown, path: string): NonNullable<NamespaceImport['row']> {
  const from = fields(value, path, ['description', 'owner', 'createdAtMs', 'updatedAtMs', 'origin', 'entries']);
  return {
    description: text(from['description'], `${path}.description`),
    owner: text(from['owner'], `${path}.owner`),
    createdAtMs: count(from['createdAtMs'], `${path}.createdAtMs`),
    updatedAtMs: count(from['updatedAtMs'], `${path}.updatedAtMs`),
    origin: unpackOrigin(from['origin'], `${path}.origin`),
    entries: count(from['entries'], `${path}.entries`),
  };
}

const REVISION_FIELDS = [
  'kind',
  'namespace',
  'key',
  'revision',
  'type',
  'deleted',
  'origin',
  'createdAtMs',
  'timeMs',
  'author',
  'message',
  'hash',
  'valueBytes',
] as const;

function unpackRow(value: unknown, path: string, source: ValueSource): ImportRow {
  const kind = oneOf((value as Fields | null)?.['kind'], `${path}.kind`, ['revision', 'namespace', 'record']);
  if (kind === 'namespace') {
    const from = fields(value, path, ['kind', 'namespace', 'row']);
    return { kind, namespace: text(from['namespace'], `${path}.namespace`), row: nullable(from['row'], `${path}.row`, unpackNamespace) };
  }
  if (kind === 'record') {
    const from = fields(value, path, ['kind', 'scope', 'request', 'namespace', 'origin', 'stampMs', 'result']);
    return {
      kind,
      scope: text(from['scope'], `${path}.scope`),
      request: text(from['request'], `${path}.request`),
      namespace: nullable(from['namespace'], `${path}.namespace`, text),
      origin: unpackOrigin(from['origin'], `${path}.origin`),
      stampMs: count(from['stampMs'], `${path}.stampMs`),
      result: text(from['result'], `${path}.result`),
    };
  }
  const from = fields(value, path, REVISION_FIELDS);
  return {
    kind,
    namespace: text(from['namespace'], `${path}.namespace`),
    key: text(from['key'], `${path}.key`),
    revision: count(from['revision'], `${path}.revision`),
    type: oneOf(from['type'], `${path}.type`, ENTRY_TYPES),
    deleted: flag(from['deleted'], `${path}.deleted`),
    origin: unpackOrigin(from['origin'], `${path}.origin`),
    createdAtMs: count(from['createdAtMs'], `${path}.createdAtMs`),
    timeMs: count(from['timeMs'], `${path}.timeMs`),
    author: text(from['author'], `${path}.author`),
    message: text(from['message'], `${path}.message`),
    hash: nullable(from['hash'], `${path}.hash`, count),
    value: nullable(from['valueBytes'], `${path}.valueBytes`, (bytes, at) => source(count(bytes, at))),
  };
}

/** The body as it goes into the header; field order is part of the encoding. */
export function packShardBody(body: ShardCommandBody, valueBytes: ValueSink): object {
  switch (body.type) {
    case 'create-group':
      return { type: body.type, expectedEpoch: body.expectedEpoch, id: body.id, members: body.members };
    case 'retire-group':
    case 'remove-group':
      return { type: body.type, expectedEpoch: body.expectedEpoch, id: body.id };
    case 'change-routes':
      return {
        type: body.type,
        expectedEpoch: body.expectedEpoch,
        routes: body.routes.map(({ prefix, group }) => ({ prefix, group })),
        partitions: body.partitions,
        moves: body.moves.map(packMove),
      };
    case 'flip-move':
      return { type: body.type, move: body.move, fromFinalIndex: body.fromFinalIndex, toStartIndex: body.toStartIndex };
    case 'void-move':
    case 'abort-move':
      return { type: body.type, move: body.move };
    case 'fence-range':
    case 'void-range':
      return { type: body.type, move: body.move, range: packRange(body.range) };
    case 'lift-fence':
      return { type: body.type, move: body.move, range: packRange(body.range), unfenced: body.unfenced };
    case 'import-rows':
      return {
        type: body.type,
        move: body.move,
        range: packRange(body.range),
        before: body.before === null ? null : packCursor(body.before),
        after: packCursor(body.after),
        rows: body.rows.map((row) => packRow(row, valueBytes)),
      };
    case 'own-range':
      return { type: body.type, move: body.move, cursor: packCursor(body.cursor), fromFinalIndex: body.fromFinalIndex };
    case 'release-range':
      return { type: body.type, move: body.move, rowsMax: body.rowsMax };
    case 'seal-group':
    case 'import-archive':
      return packArchiveBody(body, valueBytes);
  }
}

type Unpack<T extends ShardCommandBody['type']> = (value: unknown, source: ValueSource) => Extract<ShardCommandBody, { type: T }>;

function onGroup<T extends 'retire-group' | 'remove-group'>(type: T) {
  return (value: unknown) => {
    const from = fields(value, 'body', ['type', 'expectedEpoch', 'id']);
    return { type, expectedEpoch: count(from['expectedEpoch'], 'body.expectedEpoch'), id: text(from['id'], 'body.id') };
  };
}

function onMove<T extends 'void-move' | 'abort-move'>(type: T) {
  return (value: unknown) => ({ type, move: text(fields(value, 'body', ['type', 'move'])['move'], 'body.move') });
}

function onRange<T extends 'fence-range' | 'void-range'>(type: T) {
  return (value: unknown) => {
    const from = fields(value, 'body', ['type', 'move', 'range']);
    return { type, move: text(from['move'], 'body.move'), range: unpackRange(from['range'], 'body.range') };
  };
}

/** Total: a new command without its reader does not compile. */
export const UNPACK_SHARDS: { readonly [T in ShardCommandBody['type']]: Unpack<T> } = {
  ...UNPACK_ARCHIVE,
  'create-group': (value) => {
    const from = fields(value, 'body', ['type', 'expectedEpoch', 'id', 'members']);
    return {
      type: 'create-group',
      expectedEpoch: count(from['expectedEpoch'], 'body.expectedEpoch'),
      id: text(from['id'], 'body.id'),
      members: nullable(from['members'], 'body.members', (members, at) => list(members, at, text)),
    };
  },
  'retire-group': onGroup('retire-group'),
  'remove-group': onGroup('remove-group'),
  'change-routes': (value) => {
    const from = fields(value, 'body', ['type', 'expectedEpoch', 'routes', 'partitions', 'moves']);
    return {
      type: 'change-routes',
      expectedEpoch: count(from['expectedEpoch'], 'body.expectedEpoch'),
      routes: list(from['routes'], 'body.routes', unpackRoute),
      partitions: list(from['partitions'], 'body.partitions', text),
      moves: list(from['moves'], 'body.moves', unpackMove),
    };
  },
  'flip-move': (value) => {
    const from = fields(value, 'body', ['type', 'move', 'fromFinalIndex', 'toStartIndex']);
    return {
      type: 'flip-move',
      move: text(from['move'], 'body.move'),
      fromFinalIndex: count(from['fromFinalIndex'], 'body.fromFinalIndex'),
      toStartIndex: count(from['toStartIndex'], 'body.toStartIndex'),
    };
  },
  'void-move': onMove('void-move'),
  'abort-move': onMove('abort-move'),
  'fence-range': onRange('fence-range'),
  'lift-fence': (value) => {
    const from = fields(value, 'body', ['type', 'move', 'range', 'unfenced']);
    return {
      type: 'lift-fence',
      move: text(from['move'], 'body.move'),
      range: unpackRange(from['range'], 'body.range'),
      unfenced: flag(from['unfenced'], 'body.unfenced'),
    };
  },
  'import-rows': (value, source) => {
    const from = fields(value, 'body', ['type', 'move', 'range', 'before', 'after', 'rows']);
    return {
      type: 'import-rows',
      move: text(from['move'], 'body.move'),
      range: unpackRange(from['range'], 'body.range'),
      before: nullable(from['before'], 'body.before', unpackCursor),
      after: unpackCursor(from['after'], 'body.after'),
      rows: list(from['rows'], 'body.rows', (row, at) => unpackRow(row, at, source)),
    };
  },
  'own-range': (value) => {
    const from = fields(value, 'body', ['type', 'move', 'cursor', 'fromFinalIndex']);
    return {
      type: 'own-range',
      move: text(from['move'], 'body.move'),
      cursor: unpackCursor(from['cursor'], 'body.cursor'),
      fromFinalIndex: count(from['fromFinalIndex'], 'body.fromFinalIndex'),
    };
  },
  'void-range': onRange('void-range'),
  'release-range': (value) => {
    const from = fields(value, 'body', ['type', 'move', 'rowsMax']);
    return { type: 'release-range', move: text(from['move'], 'body.move'), rowsMax: count(from['rowsMax'], 'body.rowsMax') };
  },
};
