import type { MemoryDisk } from './memory-device.ts';
import { SegmentLog } from './segment-log.ts';

export interface MemoryLogStoreOptions {
  /** Bytes per segment; 64 KiB unless told otherwise. */
  readonly segmentBytes?: number | undefined;
  /** Bound on recent entries held in memory; 1 MiB unless told otherwise. */
  readonly cacheBytes?: number | undefined;
  /** 32 random bits; a fixed sequence unless told otherwise. */
  readonly random?: (() => number) | undefined;
}

/** The log on a disk in memory: the same code as the log in files, recovery included, on a disk that can crash. */
export class MemoryLogStore extends SegmentLog {
  /**
   * Opens the log on `disk`, which outlives it: after `disk.crash(…)` this store is dead, and the next one sees
   * what survived. `done` fires when the disk's scheduler runs the completion of the sync.
   *
   * @throws LogCorruptionError for damage that is no torn tail; LogVersionError for a newer format
   */
  static open(disk: MemoryDisk, options: MemoryLogStoreOptions = {}): MemoryLogStore {
    let salt = 0x9e3779b9;
    const fixed = (): number => {
      salt = (Math.imul(salt, 0x85ebca6b) + 0xc2b2ae35) >>> 0;
      return salt;
    };
    return new MemoryLogStore(disk.device(), {
      segmentBytes: options.segmentBytes ?? 64 * 1024,
      cacheBytes: options.cacheBytes ?? 1024 * 1024,
      random: options.random ?? fixed,
    });
  }
}
