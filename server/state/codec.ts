/**
 * A command as bytes: the data of a log entry, the same on every replica and for ever.
 *
 *     u8   level
 *     u48  stamp: milliseconds      big-endian; the whole stamp is 0 until the leader sets it
 *     u16  stamp: counter
 *     u8   stamp: length of the node id, then the node id in UTF-8
 *     u32  length of the header, then the header: JSON in UTF-8, fields in fixed order
 *     ...  the values of the puts in UTF-8, one after the other; their lengths are in the header
 *
 * Values stand outside the JSON, so that a large value costs one copy and no scan. The stamp stands before everything
 * that a proposer encodes, so that the leader sets it without decoding the rest.
 *
 * What each level means: levels.ts.
 */
import { isUtf8 } from 'node:buffer';
import { assert } from '../../lib/kernel/assert.ts';
import { OPERATIONS_MAX, hasDistinctKeys, levelOfBody, packBody, unpackBody } from './codec-body.ts';
import { fields, nullable, text } from './codec-fields.ts';
import { MalformedCommandError, UnknownCommandError } from './errors.ts';
import { COMMAND_LEVEL_MAX } from './levels.ts';
import type { Command, Stamp } from './types.ts';

const STAMP_OFFSET = 1;
const NODE_LENGTH_OFFSET = 9;
const NODE_OFFSET = 10;
const MS_MAX = 2 ** 48 - 1;
const NODE_BYTES_MAX = 255;

/** A view as a Buffer, without a copy. */
function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function writeStamp(target: Buffer, stamp: Stamp | null, nodeBytes: number): void {
  target.writeUIntBE(stamp?.ms ?? 0, STAMP_OFFSET, 6);
  target.writeUInt16BE(stamp?.counter ?? 0, STAMP_OFFSET + 6);
  target.writeUInt8(nodeBytes, NODE_LENGTH_OFFSET);
  if (stamp !== null) target.write(stamp.node, NODE_OFFSET, 'utf8');
}

function nodeLength(stamp: Stamp): number {
  const bytes = Buffer.byteLength(stamp.node);
  assert(bytes > 0 && bytes <= NODE_BYTES_MAX, `a stamp's node id has 1 to ${NODE_BYTES_MAX} bytes, not ${bytes}`);
  assert(Number.isSafeInteger(stamp.ms) && stamp.ms >= 0 && stamp.ms <= MS_MAX, `a stamp has 48-bit milliseconds, not ${stamp.ms}`);
  assert(
    Number.isSafeInteger(stamp.counter) && stamp.counter >= 0 && stamp.counter <= 0xffff,
    `a stamp has a 16-bit counter, not ${stamp.counter}`,
  );
  return bytes;
}

/**
 * Encodes a command. Whoever proposes through another node leaves the stamp out; the leader sets it with `stampCommand`.
 *
 * @throws InvariantError for a command that no replica could decode: unknown level, too many operations, ill-formed text
 */
export function encodeCommand(command: Command, stamp: Stamp | null = null): Uint8Array {
  const { level, body } = command;
  assert(level >= 1 && level <= COMMAND_LEVEL_MAX, `commands of level ${level} cannot be encoded`);
  assert(level >= levelOfBody(body), () => `a ${body.type} cannot be encoded at level ${level}: it is of level ${levelOfBody(body)}`);
  if (body.type === 'write') {
    const { length } = body.operations;
    assert(length >= 1 && length <= OPERATIONS_MAX, `a write has 1 to ${OPERATIONS_MAX} operations, not ${length}`);
    assert(hasDistinctKeys(body.operations), 'a write names a key at most once');
  }

  const values: string[] = [];
  let valuesLength = 0;
  const packed = packBody(body, (value) => {
    // UTF-8 has no lone surrogates: the value would come back as another one.
    assert(value.isWellFormed(), 'a value is not well-formed Unicode');
    values.push(value);
    const length = Buffer.byteLength(value);
    valuesLength += length;
    return length;
  });
  const header = Buffer.from(
    JSON.stringify({
      actor: { keyId: command.actor.keyId, name: command.actor.name },
      requestId: command.requestId,
      idempotency: command.idempotency === null ? null : { scope: command.idempotency.scope, request: command.idempotency.request },
      body: packed,
    }),
  );

  const nodeBytes = stamp === null ? 0 : nodeLength(stamp);
  const bytes = new Uint8Array(NODE_OFFSET + nodeBytes + 4 + header.length + valuesLength);
  const target = bufferOf(bytes);
  target.writeUInt8(level, 0);
  writeStamp(target, stamp, nodeBytes);
  let offset = target.writeUInt32BE(header.length, NODE_OFFSET + nodeBytes);
  offset += header.copy(target, offset);
  for (const value of values) offset += target.write(value, offset, 'utf8');
  assert(offset === bytes.length, 'an encoded command fills its bytes');
  return bytes;
}

/** Checks the fixed part; the bytes of the node id must be there. */
function nodeEnd(bytes: Uint8Array): number {
  const level = bytes[0];
  if (level === undefined || bytes.length < NODE_OFFSET) throw new MalformedCommandError(`a command of ${bytes.length} bytes is too short`);
  if (level < 1 || level > COMMAND_LEVEL_MAX)
    throw new UnknownCommandError(
      `commands of level ${level} are not known to this program, which knows 1 to ${COMMAND_LEVEL_MAX}: start a newer version of Confman`,
    );
  const end = NODE_OFFSET + (bytes[NODE_LENGTH_OFFSET] ?? 0);
  if (end > bytes.length) throw new MalformedCommandError('a command ends inside its stamp');
  return end;
}

/** The level of an encoded command. */
export function readLevel(bytes: Uint8Array): number {
  return bytes[0] ?? 0;
}

/** The same command with this stamp, whatever stamp it had. `bytes` stays as it is. */
export function stampCommand(bytes: Uint8Array, stamp: Stamp): Uint8Array {
  const rest = bytes.subarray(nodeEnd(bytes));
  const nodeBytes = nodeLength(stamp);
  const stamped = new Uint8Array(NODE_OFFSET + nodeBytes + rest.length);
  stamped[0] = bytes[0] as number;
  writeStamp(bufferOf(stamped), stamp, nodeBytes);
  stamped.set(rest, NODE_OFFSET + nodeBytes);
  return stamped;
}

/** The stamp of an encoded command; null when it has none yet, or for the empty entry of a new leader. */
export function readStamp(bytes: Uint8Array): Stamp | null {
  if (bytes.length === 0) return null;
  const end = nodeEnd(bytes);
  if (end === NODE_OFFSET) return null;
  const source = bufferOf(bytes);
  return {
    ms: source.readUIntBE(STAMP_OFFSET, 6),
    counter: source.readUInt16BE(STAMP_OFFSET + 6),
    node: source.toString('utf8', NODE_OFFSET, end),
  };
}

/** What an entry's bytes say. */
export interface DecodedCommand {
  readonly command: Command;
  readonly stamp: Stamp | null;
}

/**
 * Decodes the data of an entry. Everything must be understood, and every byte accounted for.
 *
 * @throws UnknownCommandError for a level or type that this program does not know
 * @throws MalformedCommandError for bytes that are no command
 */
export function decodeCommand(bytes: Uint8Array): DecodedCommand {
  const stampEnd = nodeEnd(bytes);
  const source = bufferOf(bytes);
  if (source.length < stampEnd + 4) throw new MalformedCommandError('a command ends before its header');
  const headerEnd = stampEnd + 4 + source.readUInt32BE(stampEnd);
  if (headerEnd > source.length) throw new MalformedCommandError('a command ends inside its header');

  let offset = headerEnd;
  const nextValue = (length: number): string => {
    if (offset + length > source.length) throw new MalformedCommandError('a command ends inside a value');
    const section = source.subarray(offset, offset + length);
    if (!isUtf8(section)) throw new MalformedCommandError('a value of a command is not UTF-8');
    offset += length;
    return section.toString('utf8');
  };

  const header = fields(parseHeader(source.subarray(stampEnd + 4, headerEnd)), 'header', ['actor', 'requestId', 'idempotency', 'body']);
  const actor = fields(header['actor'], 'actor', ['keyId', 'name']);
  const command: Command = {
    level: bytes[0] as number,
    actor: { keyId: text(actor['keyId'], 'actor.keyId'), name: text(actor['name'], 'actor.name') },
    requestId: text(header['requestId'], 'requestId'),
    idempotency: nullable(header['idempotency'], 'idempotency', (value, path) => {
      const from = fields(value, path, ['scope', 'request']);
      return { scope: text(from['scope'], 'idempotency.scope'), request: text(from['request'], 'idempotency.request') };
    }),
    body: unpackBody(header['body'], nextValue),
  };
  const least = levelOfBody(command.body);
  if (command.level < least)
    throw new MalformedCommandError(`a ${command.body.type} of level ${least} stands in a command of level ${command.level}`);
  if (offset !== source.length) throw new MalformedCommandError(`a command has ${source.length - offset} bytes too many`);
  return { command, stamp: readStamp(bytes) };
}

function parseHeader(bytes: Buffer): unknown {
  if (!isUtf8(bytes)) throw new MalformedCommandError("a command's header is not UTF-8");
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch (error) {
    throw new MalformedCommandError("a command's header is not JSON", { cause: error });
  }
}
