/**
 * The bodies of commands as they stand in a command's header. Values are not in the header but behind it (`codec.ts`):
 * a put says only how many bytes of the value section are its own.
 */
import { ENTRY_TYPES, ROLES } from '../../lib/contract/model.ts';
import { type Fields, count, fields, flag, list, nullable, oneOf, text } from './codec-fields.ts';
import { SHARD_COMMANDS_LEVEL, type ShardCommandBody, UNPACK_SHARDS, packShardBody } from './codec-shards.ts';
import type { ValueSink, ValueSource } from './codec-values.ts';
import { MalformedCommandError, UnknownCommandError } from './errors.ts';
import type { CommandBody, Operation, Precondition } from './types.ts';

/** More operations than this are refused by encoder and decoder: each is one ordinal of an audit id. The API allows 128. */
export const OPERATIONS_MAX = 200;

/** Term and index; from level 2 on, with a group where it is not the one that the command goes to. */
function packPosition({ term, index, group }: NonNullable<Precondition['ifMatch']>): readonly (number | string)[] {
  return group === undefined ? [term, index] : [term, index, group];
}

function unpackPosition(value: unknown, path: string): NonNullable<Precondition['ifMatch']> {
  const [term, index, group, ...more] = list(value, path, (one) => one);
  if (more.length > 0) throw new MalformedCommandError(`a command's ${path} is not a position`);
  const position = { term: count(term, path), index: count(index, path) };
  return group === undefined ? position : { ...position, group: text(group, path) };
}

function packPrecondition(of: Precondition): { ifMatch: readonly (number | string)[] | null; ifAbsent: boolean } {
  return { ifMatch: of.ifMatch === undefined ? null : packPosition(of.ifMatch), ifAbsent: of.ifAbsent === true };
}

/** What nearly every operation asks for: nothing. */
const UNCONDITIONAL: Precondition = {};

function unpackPrecondition(from: Fields, path: string): Precondition {
  const ifMatch = nullable(from['ifMatch'], `${path}.ifMatch`, unpackPosition);
  const ifAbsent = flag(from['ifAbsent'], `${path}.ifAbsent`);
  if (ifMatch === null && !ifAbsent) return UNCONDITIONAL;
  return { ...(ifMatch === null ? {} : { ifMatch }), ...(ifAbsent ? { ifAbsent } : {}) };
}

function packOperation(operation: Operation, valueBytes: ValueSink): object {
  if (operation.op === 'delete') return { op: 'delete', key: operation.key, ...packPrecondition(operation) };
  const { ifMatch, ifAbsent } = packPrecondition(operation);
  const { key, value, type, validFor } = operation;
  return { op: 'put', key, valueBytes: valueBytes(value), type, validFor, ifMatch, ifAbsent };
}

function unpackOperation(value: unknown, path: string, source: ValueSource): Operation {
  const op = oneOf((value as Fields | null)?.['op'], `${path}.op`, ['put', 'delete']);
  if (op === 'delete') {
    const from = fields(value, path, ['op', 'key', 'ifMatch', 'ifAbsent']);
    return { op, key: text(from['key'], `${path}.key`), ...unpackPrecondition(from, path) };
  }
  const from = fields(value, path, ['op', 'key', 'valueBytes', 'type', 'validFor', 'ifMatch', 'ifAbsent']);
  const put: Operation = {
    op,
    key: text(from['key'], `${path}.key`),
    value: source(count(from['valueBytes'], `${path}.valueBytes`)),
    type: nullable(from['type'], `${path}.type`, (one, at) => oneOf(one, at, ENTRY_TYPES)),
    validFor: list(from['validFor'], `${path}.validFor`, (one, at) => oneOf(one, at, ENTRY_TYPES)),
  };
  const precondition = unpackPrecondition(from, path);
  return precondition === UNCONDITIONAL ? put : { ...put, ...precondition };
}

/** `apply` judges every operation of a batch by the state before it, which is right only for distinct keys. */
export function hasDistinctKeys(operations: readonly Operation[]): boolean {
  return operations.length === 1 || new Set(operations.map((operation) => operation.key)).size === operations.length;
}

/** The body as it goes into the header; field order is part of the encoding. `valueBytes` takes each value and says its length. */
export function packBody(body: CommandBody, valueBytes: ValueSink): object {
  switch (body.type) {
    case 'write':
      return {
        type: body.type,
        namespace: body.namespace,
        operations: body.operations.map((operation) => packOperation(operation, valueBytes)),
        message: body.message,
        createNamespace: body.createNamespace,
      };
    case 'restore':
      return {
        type: body.type,
        namespace: body.namespace,
        key: body.key,
        revision: body.revision,
        message: body.message,
        ...packPrecondition(body),
      };
    case 'put-namespace':
      return { type: body.type, namespace: body.namespace, description: body.description, owner: body.owner };
    case 'delete-namespace':
      return { type: body.type, namespace: body.namespace };
    case 'create-key':
      return {
        type: body.type,
        id: body.id,
        name: body.name,
        role: body.role,
        scope: body.scope,
        expiresAtMs: body.expiresAtMs,
        secretHash: body.secretHash,
      };
    case 'revoke-key':
      return { type: body.type, id: body.id };
    case 'touch-keys':
      return { type: body.type, uses: body.uses.map((use) => ({ id: use.id, atMs: use.atMs })) };
    case 'seed':
      return { type: body.type, keyId: body.keyId, name: body.name, secretHash: body.secretHash };
    case 'expire':
      return {
        type: body.type,
        revisionsPerKey: body.revisionsPerKey,
        revisionsBeforeMs: body.revisionsBeforeMs,
        auditBeforeMs: body.auditBeforeMs,
        idempotencyBeforeMs: body.idempotencyBeforeMs,
        idempotencyKeep: body.idempotencyKeep,
        rowsMax: body.rowsMax,
      };
    case 'raise-level':
      return { type: body.type, level: body.level };
    default:
      return packShardBody(body, valueBytes);
  }
}

function namesGroup(of: Precondition): boolean {
  return of.ifMatch?.group !== undefined;
}

/** The lowest level at which a command may have this body (levels.ts). */
export function levelOfBody(body: CommandBody): number {
  if (isShardType(body.type)) return SHARD_COMMANDS_LEVEL;
  const grouped = body.type === 'write' ? body.operations.some(namesGroup) : body.type === 'restore' && namesGroup(body);
  return grouped ? SHARD_COMMANDS_LEVEL : 1;
}

function isShardType(type: string): type is ShardCommandBody['type'] {
  return Object.hasOwn(UNPACK_SHARDS, type);
}

type Unpack<T extends CommandBody['type']> = (value: unknown, source: ValueSource) => Extract<CommandBody, { type: T }>;

/** Total: a new command without its reader does not compile. */
const UNPACK: { readonly [T in CommandBody['type']]: Unpack<T> } = {
  write: (value, source) => {
    const from = fields(value, 'body', ['type', 'namespace', 'operations', 'message', 'createNamespace']);
    const operations = list(from['operations'], 'body.operations', (one, at) => unpackOperation(one, at, source));
    if (operations.length === 0 || operations.length > OPERATIONS_MAX) {
      throw new MalformedCommandError(`a command has ${operations.length} operations; 1 to ${OPERATIONS_MAX} are allowed`);
    }
    if (!hasDistinctKeys(operations)) throw new MalformedCommandError('a command names a key twice');
    return {
      type: 'write',
      namespace: text(from['namespace'], 'body.namespace'),
      operations,
      message: text(from['message'], 'body.message'),
      createNamespace: flag(from['createNamespace'], 'body.createNamespace'),
    };
  },
  restore: (value) => {
    const from = fields(value, 'body', ['type', 'namespace', 'key', 'revision', 'message', 'ifMatch', 'ifAbsent']);
    return {
      type: 'restore',
      namespace: text(from['namespace'], 'body.namespace'),
      key: text(from['key'], 'body.key'),
      revision: count(from['revision'], 'body.revision'),
      message: text(from['message'], 'body.message'),
      ...unpackPrecondition(from, 'body'),
    };
  },
  'put-namespace': (value) => {
    const from = fields(value, 'body', ['type', 'namespace', 'description', 'owner']);
    return {
      type: 'put-namespace',
      namespace: text(from['namespace'], 'body.namespace'),
      description: nullable(from['description'], 'body.description', text),
      owner: nullable(from['owner'], 'body.owner', text),
    };
  },
  'delete-namespace': (value) => {
    const from = fields(value, 'body', ['type', 'namespace']);
    return { type: 'delete-namespace', namespace: text(from['namespace'], 'body.namespace') };
  },
  'create-key': (value) => {
    const from = fields(value, 'body', ['type', 'id', 'name', 'role', 'scope', 'expiresAtMs', 'secretHash']);
    return {
      type: 'create-key',
      id: text(from['id'], 'body.id'),
      name: text(from['name'], 'body.name'),
      role: oneOf(from['role'], 'body.role', ROLES),
      scope: nullable(from['scope'], 'body.scope', (scope, at) => list(scope, at, text)),
      expiresAtMs: nullable(from['expiresAtMs'], 'body.expiresAtMs', count),
      secretHash: text(from['secretHash'], 'body.secretHash'),
    };
  },
  'revoke-key': (value) => ({ type: 'revoke-key', id: text(fields(value, 'body', ['type', 'id'])['id'], 'body.id') }),
  'touch-keys': (value) => ({
    type: 'touch-keys',
    uses: list(fields(value, 'body', ['type', 'uses'])['uses'], 'body.uses', (one, at) => {
      const use = fields(one, at, ['id', 'atMs']);
      return { id: text(use['id'], `${at}.id`), atMs: count(use['atMs'], `${at}.atMs`) };
    }),
  }),
  seed: (value) => {
    const from = fields(value, 'body', ['type', 'keyId', 'name', 'secretHash']);
    return {
      type: 'seed',
      keyId: text(from['keyId'], 'body.keyId'),
      name: text(from['name'], 'body.name'),
      secretHash: text(from['secretHash'], 'body.secretHash'),
    };
  },
  expire: (value) => {
    const names = ['revisionsPerKey', 'revisionsBeforeMs', 'auditBeforeMs', 'idempotencyBeforeMs', 'idempotencyKeep', 'rowsMax'] as const;
    const from = fields(value, 'body', ['type', ...names]);
    const numbers = Object.fromEntries(names.map((name) => [name, count(from[name], `body.${name}`)])) as Record<
      (typeof names)[number],
      number
    >;
    return { type: 'expire', ...numbers };
  },
  'raise-level': (value) => ({ type: 'raise-level', level: count(fields(value, 'body', ['type', 'level'])['level'], 'body.level') }),
  ...UNPACK_SHARDS,
};

/**
 * @throws UnknownCommandError for a type of a later level
 * @throws MalformedCommandError when fields are missing, too many or of another type
 */
export function unpackBody(value: unknown, source: ValueSource): CommandBody {
  const type = text((value as Fields | null)?.['type'], 'body.type');
  if (!Object.hasOwn(UNPACK, type)) throw new UnknownCommandError(`the command ${JSON.stringify(type)} is not known to this program`);
  return UNPACK[type as CommandBody['type']](value, source);
}
