/** The client with what Node offers: kept connections, and a file for times when the cluster is down. */
import { createClient } from '../create-client.ts';
import { LastKnownGood } from './last-known-good.ts';
import { undiciFetch } from './undici-fetch.ts';
import type { ConfmanClient } from '../create-client.ts';
import type { ClientOptions } from '../types.ts';

export interface NodeClientOptions extends Omit<ClientOptions, 'fetch' | 'cache'> {
  /** Keeps the last answers here (mode 0600); answers from it are marked `fromCache`. */
  readonly lastKnownGoodFile?: string | undefined;
  readonly lastKnownGoodBytesMax?: number | undefined;
  /** Certificate authorities (PEM) that the nodes' certificates come from. */
  readonly ca?: string | undefined;
}

export interface NodeClient {
  readonly client: ConfmanClient;
  /** Closes connections and writes the file. */
  close(): Promise<void>;
}

/** @throws ConfmanError `invalid-options` */
export function createNodeClient(options: NodeClientOptions): NodeClient {
  const { fetch, close } = undiciFetch({ ca: options.ca });
  const file = options.lastKnownGoodFile;
  const scope = JSON.stringify([options.key ?? null, [...options.endpoints].toSorted()]);
  const cache = file === undefined ? undefined : new LastKnownGood({ file, scope, bytesMax: options.lastKnownGoodBytesMax });
  return {
    client: createClient({ ...options, fetch, cache }),
    close: async () => {
      cache?.flush();
      await close();
    },
  };
}
