import { randomBytes } from 'node:crypto';

import { FileDevice } from './file-device.ts';
import { SegmentLog } from './segment-log.ts';

export interface FileLogStoreOptions {
  /** Bytes per segment file; 16 MiB unless told otherwise. */
  readonly segmentBytes?: number | undefined;
  /** Bound on recent entries held in memory; 32 MiB unless told otherwise. */
  readonly cacheBytes?: number | undefined;
}

/** The log of a node, in segment files under one directory. */
export class FileLogStore extends SegmentLog {
  /**
   * Opens the log in `dir`; makes the directory and an empty log when there is none. Synchronous: reads and verifies
   * the whole log. The caller holds the lock on the data directory.
   *
   * @throws LogCorruptionError for damage that is no torn tail; LogVersionError for a newer format
   */
  static open(dir: string, options: FileLogStoreOptions = {}): FileLogStore {
    return new FileLogStore(new FileDevice(dir), {
      segmentBytes: options.segmentBytes ?? 16 * 1024 * 1024,
      fillsFirst: true,
      cacheBytes: options.cacheBytes ?? 32 * 1024 * 1024,
      random: () => randomBytes(4).readUInt32LE(),
    });
  }
}
