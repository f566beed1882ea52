import { readdir, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';

export interface DiskState {
  readonly freeBytes: number;
  readonly dataBytes: number;
  /** Writes that take space are refused. */
  readonly full: boolean;
}

const LOOK_MS = 500;

/** Looks at the disk a few times a second, so that nobody on the hot path has to. */
export class DiskWatch {
  readonly #dir: string;
  readonly #reserveBytes: number;
  readonly #stateBytesMax: number;
  readonly #states = new Map<string, () => number>();
  #state: DiskState = { freeBytes: Number.MAX_SAFE_INTEGER, dataBytes: 0, full: false };
  #stopped = false;

  constructor(dir: string, reserveBytes: number, stateBytesMax: number) {
    this.#dir = dir;
    this.#reserveBytes = reserveBytes;
    this.#stateBytesMax = stateBytesMax;
    void this.#run();
  }

  get state(): DiskState {
    return this.#state;
  }

  /** Counts a group's state towards `stateBytesMax`. */
  watchState(group: string, sizeBytes: () => number): void {
    this.#states.set(group, sizeBytes);
  }

  /** The group is gone from this node. */
  forgetState(group: string): void {
    this.#states.delete(group);
  }

  stop(): void {
    this.#stopped = true;
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      await this.#look();
      await new Promise((resolve) => {
        setTimeout(resolve, LOOK_MS).unref();
      });
    }
  }

  async #look(): Promise<void> {
    try {
      const { bavail, bsize } = await statfs(this.#dir);
      const freeBytes = bavail * bsize;
      let stateBytes = 0;
      for (const sizeBytes of this.#states.values()) stateBytes += sizeBytes();
      this.#state = {
        freeBytes,
        dataBytes: await treeBytes(this.#dir),
        full: freeBytes < this.#reserveBytes || stateBytes > this.#stateBytesMax,
      };
    } catch {
      // A file may vanish between listing and looking, and a state close in between; the next look has the answer.
    }
  }
}

async function treeBytes(dir: string): Promise<number> {
  let sum = 0;
  for (const entry of await readdir(dir, { withFileTypes: true })) {
    const path = join(dir, entry.name);
    if (entry.isDirectory()) sum += await treeBytes(path);
    else if (entry.isFile()) sum += (await stat(path)).size;
  }
  return sum;
}
