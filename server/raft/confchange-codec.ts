import { InvariantError } from '../../lib/kernel/assert.ts';
import type { ConfChange, ConfChangeSingle } from './types.ts';

const fieldNames = 'changes,context,transition';
const singleFieldNames = 'id,type';

/** The data of a `conf-change` entry: JSON in UTF-8, the context in base64. Rare and small, so that readable wins. */
export function encodeConfChange(change: ConfChange): Uint8Array {
  const text = JSON.stringify({
    transition: change.transition,
    changes: change.changes.map(({ type, id }) => ({ type, id })),
    context: toBase64(change.context),
  });
  return new TextEncoder().encode(text);
}

/**
 * The inverse of `encodeConfChange`, strict: unknown fields and unknown words are refused, since members that read an
 * entry differently would end up with different configurations.
 *
 * @throws InvariantError when `data` was not made by `encodeConfChange`
 */
export function decodeConfChange(data: Uint8Array): ConfChange {
  const value = parse(data);
  if (!isRecord(value)) throw new InvariantError('configuration change: not an object');
  if (Object.keys(value).sort().join() !== fieldNames) throw new InvariantError('configuration change: unknown or missing fields');
  const { transition, changes, context } = value;
  if (transition !== 'auto' && transition !== 'joint') throw new InvariantError('configuration change: unknown transition');
  if (!Array.isArray(changes)) throw new InvariantError('configuration change: changes is no list');
  if (typeof context !== 'string') throw new InvariantError('configuration change: context is no text');
  return { transition, changes: changes.map(decodeSingle), context: fromBase64(context) };
}

function decodeSingle(value: unknown): ConfChangeSingle {
  if (!isRecord(value)) throw new InvariantError('configuration change: a change is no object');
  if (Object.keys(value).sort().join() !== singleFieldNames)
    throw new InvariantError('configuration change: unknown or missing fields of a change');
  const { type, id } = value;
  if (type !== 'add-voter' && type !== 'add-learner' && type !== 'remove')
    throw new InvariantError('configuration change: unknown type of change');
  if (typeof id !== 'string' || id === '') throw new InvariantError('configuration change: a change without a member');
  return { type, id };
}

function parse(data: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(data));
  } catch (cause) {
    throw new InvariantError('configuration change: not JSON in UTF-8', { cause });
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function toBase64(bytes: Uint8Array): string {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}

function fromBase64(text: string): Uint8Array {
  let binary: string;
  try {
    binary = atob(text);
  } catch (cause) {
    throw new InvariantError('configuration change: context is not base64', { cause });
  }
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}
