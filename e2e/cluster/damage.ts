/** What happens to the files of a node that does not run. */
import { closeSync, existsSync, openSync, readdirSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { NodeProcess } from './node-process.ts';

const SEGMENT_HEADER_BYTES = 64;
const RECORD_HEADER_BYTES = 40;
const PAGE_BYTES = 4096;

/** Where records stand in a segment of the log (server/log/README.md). */
function recordOffsets(bytes: Buffer): { readonly records: readonly number[]; readonly end: number } {
  const records: number[] = [];
  let at = SEGMENT_HEADER_BYTES;
  // Sequence numbers begin at 1: zero is what was preallocated and never written.
  while (at + RECORD_HEADER_BYTES <= bytes.length && bytes.readBigUInt64LE(at + 12) !== 0n) {
    const next = at + Math.ceil((RECORD_HEADER_BYTES + bytes.readUInt32LE(at + 4)) / 8) * 8;
    // What was torn before, and not yet cut by a start.
    if (next > bytes.length) break;
    records.push(at);
    at = next;
  }
  return { records, end: at };
}

function segments(node: NodeProcess): readonly string[] {
  const dir = join(node.spec.data, 'log');
  if (!existsSync(dir)) return [];
  return readdirSync(dir)
    .filter((name) => name.endsWith('.seg'))
    .toSorted()
    .map((name) => join(dir, name));
}

/** One that is still joining has none. */
export function hasLog(node: NodeProcess): boolean {
  return segments(node).length > 0;
}

function lastSegment(node: NodeProcess): string {
  const last = segments(node).at(-1);
  if (last === undefined) throw new Error(`${node.id} has no log`);
  return last;
}

function overwrite(path: string, offset: number, bytes: Buffer): void {
  const file = openSync(path, 'r+');
  try {
    writeSync(file, bytes, 0, bytes.length, offset);
  } finally {
    closeSync(file);
  }
}

/** The beginning of a record behind the last one, as a write leaves it that was cut off. */
export function tearTail(node: NodeProcess): void {
  const path = lastSegment(node);
  const { end } = recordOffsets(readFileSync(path));
  overwrite(path, end, Buffer.alloc(RECORD_HEADER_BYTES + 20, 0xa5));
}

/** Another bit in a record that has long been durable. */
export function damageLog(node: NodeProcess): void {
  const path = lastSegment(node);
  const bytes = readFileSync(path);
  const { records } = recordOffsets(bytes);
  const offset = (records[Math.floor(records.length / 2)] ?? Number.NaN) + RECORD_HEADER_BYTES - 1;
  overwrite(path, offset, Buffer.from([(bytes[offset] ?? 0) ^ 0x10]));
}

/** Pages of the state database that hold something else. */
export function damageState(node: NodeProcess): void {
  const dir = join(node.spec.data, 'state');
  const name = readdirSync(dir).find((each) => /^state-default-\d+\.db$/.test(each));
  if (name === undefined) throw new Error(`${node.id} has no state`);
  const pages = Math.floor(readFileSync(join(dir, name)).length / PAGE_BYTES);
  for (let page = 2; page < pages; page += 3) overwrite(join(dir, name), page * PAGE_BYTES, Buffer.alloc(PAGE_BYTES / 2, 0x5a));
}
