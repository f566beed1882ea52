import type { ConfmanClient } from '../client/create-client.ts';
import type { ReadOptions } from '../client/types.ts';

/** How queries read: through which client, with which mode, node and patience. Server and browser each have one; the queries are the same. */
export interface Reader {
  readonly client: ConfmanClient;
  /**
   * Options of one read.
   *
   * @param failures how often this very read has failed already
   */
  readonly options: (failures: number) => ReadOptions;
}
