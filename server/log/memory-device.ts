import { assert } from '../../lib/kernel/assert.ts';
import type { LogDevice, LogDeviceFile } from './device.ts';

/** What a disk writes as a whole or not at all, unless it tears within. */
const SECTOR_BYTES = 512;

/** What becomes of writes that were not synced when the machine stops. */
export type CrashMode =
  /** The process dies, the machine stays up: everything that was written is there. */
  | 'keep-all'
  /** Power loss: nothing that was not synced is there. */
  | 'lose-unsynced'
  /** Power loss: of what was not synced, a prefix up to any byte is there. */
  | 'tear-prefix'
  /** Power loss: of what was not synced, any sectors are there, in no order. */
  | 'tear-sectors';

interface Unsynced {
  readonly offset: number;
  readonly before: Buffer;
  readonly after: Buffer;
  readonly sizeBefore: number;
}

interface Node {
  bytes: Buffer;
  size: number;
  /** Writes since the last sync, oldest first. */
  unsynced: Unsynced[];
}

/**
 * One node's disk in memory, for the simulator: it outlives the stores that use it, and knows for every byte and
 * name whether it would survive a power loss.
 */
export class MemoryDisk {
  readonly #schedule: (task: () => void) => void;
  readonly #names = new Map<string, Node>();
  /** How to take back each change of a name since the directory was synced, oldest first. */
  #unsyncedNames: (() => void)[] = [];
  /** Raised by a crash: what an older store still does or waits for has no effect. */
  #epoch = 0;
  #writesUntilFailure: number | null = null;
  #syncsUntilFailure: number | null = null;

  /** @param schedule runs a task later; decides when syncs complete and `done` fires */
  constructor(schedule: (task: () => void) => void) {
    this.#schedule = schedule;
  }

  /** A device on this disk; of use until the next crash. */
  device(): LogDevice {
    return new MemoryDevice(this, this.#epoch);
  }

  /**
   * Stops the machine. The store that used the disk is dead, none of its callbacks comes any more; open a new one.
   *
   * @param random an integer in `[0, n)`; decides what survives in the tearing modes
   */
  crash(mode: CrashMode, random: (n: number) => number = () => 0): void {
    this.#epoch += 1;
    this.#writesUntilFailure = null;
    this.#syncsUntilFailure = null;
    if (mode === 'keep-all') return;
    const nodes = new Set(this.#names.values());
    const names = this.#unsyncedNames;
    // A file system with a journal keeps changes of names in order.
    const kept = mode === 'lose-unsynced' ? 0 : random(names.length + 1);
    for (const undo of names.slice(kept).reverse()) undo();
    this.#unsyncedNames = [];
    for (const node of this.#names.values()) nodes.add(node);
    for (const node of nodes) loseUnsynced(node, mode, random);
  }

  /** Lets the write after `writes` more fail, and every later one, until a crash. */
  failWriteAfter(writes: number): void {
    this.#writesUntilFailure = writes;
  }

  /** The same for syncs. */
  failSyncAfter(syncs: number): void {
    this.#syncsUntilFailure = syncs;
  }

  /** Names and sizes, sorted. */
  files(): readonly { readonly name: string; readonly sizeBytes: number }[] {
    return [...this.#names].map(([name, { size }]) => ({ name, sizeBytes: size })).sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** A copy of what a file holds now. */
  readFile(name: string): Buffer {
    const { bytes, size } = this.node(name);
    return Buffer.from(bytes.subarray(0, size));
  }

  /** Changes a file behind the log's back, durably: decay, or a test that wants damage. */
  writeFile(name: string, bytes: Uint8Array): void {
    this.#names.set(name, { bytes: Buffer.from(bytes), size: bytes.length, unsynced: [] });
  }

  removeFile(name: string): void {
    this.#names.delete(name);
  }

  /** Flips one bit of a file, durably. */
  flipBit(name: string, offset: number, bit: number): void {
    const node = this.node(name);
    assert(offset < node.size, () => `${name} has no byte ${offset}`);
    node.bytes[offset] = (node.bytes[offset] ?? 0) ^ (1 << bit);
  }

  /** An equal disk of its own, with another scheduler. */
  clone(schedule: (task: () => void) => void): MemoryDisk {
    const copy = new MemoryDisk(schedule);
    for (const { name } of this.files()) copy.writeFile(name, this.readFile(name));
    return copy;
  }

  /** @internal */
  isCurrent(epoch: number): boolean {
    return epoch === this.#epoch;
  }

  /** @internal */
  defer(epoch: number, task: () => void): void {
    this.#schedule(() => {
      if (epoch === this.#epoch) task();
    });
  }

  /** @internal */
  has(name: string): boolean {
    return this.#names.has(name);
  }

  /** @internal */
  node(name: string): Node {
    const node = this.#names.get(name);
    if (node === undefined) throw new Error(`ENOENT: no such file, ${name}`);
    return node;
  }

  /** @internal */
  setName(name: string, node: Node | null): void {
    const before = this.#names.get(name);
    this.#unsyncedNames.push(() => (before === undefined ? this.#names.delete(name) : this.#names.set(name, before)));
    if (node === null) this.#names.delete(name);
    else this.#names.set(name, node);
  }

  /** @internal */
  rename(from: string, to: string): void {
    const node = this.node(from);
    assert(!this.#names.has(to), () => `${to} exists`);
    this.#names.delete(from);
    this.#names.set(to, node);
    // One change: after a crash the file has one of the two names, never both or none.
    this.#unsyncedNames.push(() => {
      this.#names.delete(to);
      this.#names.set(from, node);
    });
  }

  /** @internal */
  syncNames(): void {
    this.checkSync();
    this.#unsyncedNames = [];
  }

  /** @internal */
  checkWrite(): void {
    if (this.#writesUntilFailure === null) return;
    this.#writesUntilFailure -= 1;
    if (this.#writesUntilFailure < 0) throw new Error('EIO: i/o error, write');
  }

  /** @internal */
  checkSync(): void {
    if (this.#syncsUntilFailure === null) return;
    this.#syncsUntilFailure -= 1;
    if (this.#syncsUntilFailure < 0) throw new Error('EIO: i/o error, fdatasync');
  }
}

class MemoryDevice implements LogDevice {
  readonly #disk: MemoryDisk;
  readonly #epoch: number;

  constructor(disk: MemoryDisk, epoch: number) {
    this.#disk = disk;
    this.#epoch = epoch;
  }

  list(): readonly string[] {
    return this.#disk.files().map(({ name }) => name);
  }

  open(name: string): LogDeviceFile {
    return new MemoryFile(this.#disk, this.#epoch, this.#disk.node(name));
  }

  create(name: string): LogDeviceFile {
    this.#checkAlive();
    if (this.#disk.has(name)) throw new Error(`EEXIST: file exists, ${name}`);
    const node: Node = { bytes: Buffer.alloc(4096), size: 0, unsynced: [] };
    this.#disk.setName(name, node);
    return new MemoryFile(this.#disk, this.#epoch, node);
  }

  rename(from: string, to: string): void {
    this.#checkAlive();
    this.#disk.rename(from, to);
  }

  remove(name: string): void {
    this.#checkAlive();
    this.#disk.node(name);
    this.#disk.setName(name, null);
  }

  syncDirectory(): void {
    this.#checkAlive();
    this.#disk.syncNames();
  }

  schedule(task: () => void): void {
    this.#disk.defer(this.#epoch, task);
  }

  close(): void {
    // Nothing is held open.
  }

  #checkAlive(): void {
    assert(this.#disk.isCurrent(this.#epoch), 'a log store is used after the crash of its disk');
  }
}

class MemoryFile implements LogDeviceFile {
  readonly #disk: MemoryDisk;
  readonly #epoch: number;
  readonly #node: Node;

  constructor(disk: MemoryDisk, epoch: number, node: Node) {
    this.#disk = disk;
    this.#epoch = epoch;
    this.#node = node;
  }

  size(): number {
    return this.#node.size;
  }

  read(offset: number, length: number): Buffer {
    const { bytes, size } = this.#node;
    return Buffer.from(bytes.subarray(Math.min(offset, size), Math.min(offset + length, size)));
  }

  write(bytes: Uint8Array, start: number, end: number, offset: number): void {
    assert(this.#disk.isCurrent(this.#epoch), 'a log store is used after the crash of its disk');
    try {
      this.#disk.checkWrite();
    } catch (error) {
      // A failed write may have written something.
      this.#put(bytes, start, start + Math.floor((end - start) / 2), offset);
      throw error;
    }
    this.#put(bytes, start, end, offset);
  }

  sync(callback: (error: Error | null) => void): void {
    // Only what was written before the call is certain afterwards.
    const last = this.#node.unsynced.at(-1);
    this.#disk.defer(this.#epoch, () => callback(this.#trySync(last)));
  }

  syncNow(): void {
    const error = this.#trySync(this.#node.unsynced.at(-1));
    if (error !== null) throw error;
  }

  fill(length: number, callback: (error: Error | null) => void): void {
    this.#disk.defer(this.#epoch, () => {
      try {
        this.write(Buffer.alloc(length), 0, length, 0);
      } catch (error) {
        return callback(error as Error);
      }
      this.sync(callback);
    });
  }

  close(): void {
    // Nothing is held open.
  }

  #put(bytes: Uint8Array, start: number, end: number, offset: number): void {
    const node = this.#node;
    const sizeBefore = node.size;
    growTo(node, offset + end - start);
    const before = Buffer.from(node.bytes.subarray(offset, offset + end - start));
    const after = Buffer.from(bytes.subarray(start, end));
    node.bytes.set(after, offset);
    node.unsynced.push({ offset, before, after, sizeBefore });
  }

  #trySync(last: Unsynced | undefined): Error | null {
    try {
      this.#disk.checkSync();
    } catch (error) {
      return error as Error;
    }
    const { unsynced } = this.#node;
    if (last !== undefined) unsynced.splice(0, unsynced.indexOf(last) + 1);
    return null;
  }
}

function growTo(node: Node, size: number): void {
  if (size > node.bytes.length) {
    const grown = Buffer.alloc(Math.max(size, node.bytes.length * 2));
    grown.set(node.bytes.subarray(0, node.size));
    node.bytes = grown;
  }
  node.size = Math.max(node.size, size);
}

/** Takes the unsynced writes back, then puts some of their bytes in place again. */
function loseUnsynced(node: Node, mode: CrashMode, random: (n: number) => number): void {
  const writes = node.unsynced;
  node.unsynced = [];
  for (const { offset, before, sizeBefore } of [...writes].reverse()) {
    node.bytes.set(before, offset);
    node.size = sizeBefore;
  }
  node.bytes.fill(0, node.size);
  if (mode === 'lose-unsynced') return;
  let left = mode === 'tear-prefix' ? random(writes.reduce((sum, { after }) => sum + after.length, 0) + 1) : 0;
  for (const { offset, after } of writes) {
    if (mode === 'tear-prefix') {
      keep(node, offset, after, 0, Math.min(left, after.length));
      left = Math.max(0, left - after.length);
      continue;
    }
    for (let at = 0; at < after.length;) {
      const end = Math.min(after.length, (Math.floor((offset + at) / SECTOR_BYTES) + 1) * SECTOR_BYTES - offset);
      if (random(2) === 0) keep(node, offset, after, at, end);
      at = end;
    }
  }
}

function keep(node: Node, offset: number, bytes: Buffer, start: number, end: number): void {
  if (start >= end) return;
  growTo(node, offset + end);
  node.bytes.set(bytes.subarray(start, end), offset + start);
}
