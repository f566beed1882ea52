/**
 * Strict reading of a command's header: every field there, of its type, and no other. What is not understood exactly is
 * never guessed at, because replicas that guess differently are lost.
 */
import { MalformedCommandError } from './errors.ts';

export type Fields = Readonly<Record<string, unknown>>;

function fail(path: string, wanted: string): never {
  throw new MalformedCommandError(`a command's ${path} is not ${wanted}`);
}

/** The object at `path`, with exactly these fields. */
export function fields(value: unknown, path: string, names: readonly string[]): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return fail(path, 'an object');
  const found = Object.keys(value);
  if (found.length !== names.length) return fail(path, `made of ${names.join(', ')}`);
  for (const name of names) if (!Object.hasOwn(value, name)) return fail(path, `made of ${names.join(', ')}`);
  return value as Fields;
}

export function text(value: unknown, path: string): string {
  return typeof value === 'string' ? value : fail(path, 'a text');
}

export function flag(value: unknown, path: string): boolean {
  return typeof value === 'boolean' ? value : fail(path, 'true or false');
}

/** A safe integer, not negative. */
export function count(value: unknown, path: string): number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : fail(path, 'a whole number');
}

export function list<T>(value: unknown, path: string, item: (value: unknown, path: string) => T): readonly T[] {
  if (!Array.isArray(value)) return fail(path, 'a list');
  return value.map((one: unknown, i) => item(one, `${path}[${i}]`));
}

export function oneOf<T extends string>(value: unknown, path: string, allowed: readonly T[]): T {
  return allowed.includes(value as T) ? (value as T) : fail(path, `one of ${allowed.join(', ')}`);
}

export function nullable<T>(value: unknown, path: string, item: (value: unknown, path: string) => T): T | null {
  return value === null ? null : item(value, path);
}
