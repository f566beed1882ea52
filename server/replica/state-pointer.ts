/** The file that says which state database of a group is in force: small, with a checksum, replaced as a whole. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { LogPosition } from '../../lib/contract/model.ts';
import { writeFileDurable } from '../disk/durable.ts';
import { StateCorruptionError, StateFormatError } from '../state/errors.ts';

export interface StatePointer {
  readonly format: 1;
  readonly generation: number;
  /** Where the snapshot stood that this generation came from; null for the state that the cluster began with. */
  readonly installedAt: LogPosition | null;
  /** Why this state is known to be wrong (it differs from that of the majority); it is not opened any more. */
  readonly diverged?: string | undefined;
}

export function statePath(dir: string, group: string, generation: number): string {
  return join(dir, `state-${group}-${generation}.db`);
}

function pointerPath(dir: string, group: string): string {
  return join(dir, `state-${group}.json`);
}

/** @returns null when there is none @throws StateCorruptionError, StateFormatError */
export function readStatePointer(dir: string, group: string): StatePointer | null {
  const path = pointerPath(dir, group);
  if (!existsSync(path)) return null;
  const [text = '', sum = ''] = readFileSync(path, 'utf8').split('\n');
  if (createHash('sha256').update(text).digest('hex') !== sum) throw new StateCorruptionError(`${path} is damaged`);
  const pointer = JSON.parse(text) as StatePointer;
  if (pointer.format !== 1)
    throw new StateFormatError(`${path} has format ${String(pointer.format)}, this program knows 1: start a newer version of Confman`);
  return pointer;
}

/** Durable when it returns. */
export function writeStatePointer(dir: string, group: string, pointer: StatePointer): void {
  const text = JSON.stringify(pointer);
  writeFileDurable(pointerPath(dir, group), `${text}\n${createHash('sha256').update(text).digest('hex')}\n`);
}

/** The group has no state any more; durable once the directory is. */
export function removeStatePointer(dir: string, group: string): void {
  rmSync(pointerPath(dir, group), { force: true });
}
