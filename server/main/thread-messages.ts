import type { MessagePort } from 'node:worker_threads';
import type { NodeSettings } from '../config/node-settings.ts';
import type { EngineClientInit } from '../replica/protocol.ts';

/** What the consensus thread is started with. */
export interface ConsensusThreadData {
  readonly settings: NodeSettings;
  readonly secret: string;
  /** SHA-256, hex, of the key that seeds a new cluster. */
  readonly seedKeyHash: string;
  readonly version: string;
  readonly copyScript: string;
}

export type ToConsensus =
  | { readonly type: 'connect'; readonly id: number; readonly port: MessagePort }
  | { readonly type: 'stop'; readonly graceMs: number }
  | { readonly type: 'reload-tls' };

export type FromConsensus =
  | { readonly type: 'connected'; readonly id: number; readonly init: EngineClientInit }
  /** The data directory is locked and the peer port listens. */
  | { readonly type: 'started'; readonly peer: string }
  | {
      readonly type: 'log';
      readonly level: 'debug' | 'info' | 'warn' | 'error';
      readonly event: string;
      readonly fields: Readonly<Record<string, unknown>>;
    }
  | { readonly type: 'seeded' }
  /** This node is no member any more: the process is to stop, and not to start again. */
  | { readonly type: 'removed'; readonly reason: string }
  /** The process must end at once with this message. */
  | { readonly type: 'fatal'; readonly message: string }
  | { readonly type: 'stopped' };

/** What the web thread is started with; ports come in `transferList`. */
export interface WebThreadData {
  readonly root: string;
  readonly socketPath: string;
  readonly settings: NodeSettings;
  readonly sessionSecret: string;
  readonly version: string;
  readonly enginePort: MessagePort;
  readonly scanPort: MessagePort;
  readonly init: EngineClientInit;
}

export type FromWeb = { readonly type: 'listening' } | { readonly type: 'failed'; readonly message: string };
