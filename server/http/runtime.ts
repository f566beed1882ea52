/** What the routes of one API application share. */
import type { FastifyBaseLogger } from 'fastify';
import type { Authenticator } from '../auth/authenticate.ts';
import type { Principal } from '../auth/principal.ts';
import type { SignInLimit } from '../auth/sign-in-limit.ts';
import type { ApiMetrics } from '../metrics/api-metrics.ts';
import type { Services, ServiceSettings } from '../services/context.ts';
import type { SessionTools } from '../services/session.ts';
import type { StatusFeed } from '../services/status-feed.ts';
import type { LateKeys } from './late-key.ts';
import type { VersionHeaders } from './version-headers.ts';

export interface ApiSettings extends ServiceSettings {
  /** Base URL by which clients reach this node. */
  readonly advertiseUrl: string;
  /** Origins besides the node's own whose pages may write with a session cookie. */
  readonly allowedOrigins: readonly string[];
  /** How long a session of the console lasts. */
  readonly sessionMs: number;
}

export interface ApiRuntime {
  readonly services: Services;
  readonly settings: ApiSettings;
  readonly authenticator: Authenticator;
  readonly lateKeys: LateKeys;
  readonly sessions: SessionTools;
  /** What nodes that are to join prove the cluster secret with, and how often they may fail to. */
  readonly joinKey: Uint8Array;
  readonly joinLimit: SignInLimit;
  readonly statuses: StatusFeed;
  readonly metrics: ApiMetrics;
  readonly headers: VersionHeaders;
  readonly logger: FastifyBaseLogger;
  /** Requests that another node has relayed to this one, by the nonce of their injected request: taken out when it arrives. */
  readonly relayed: Map<string, Principal>;
  /** Aborted when the node stops: ends every stream. */
  readonly stopping: AbortSignal;
  /** Takes one of the places for event streams; the returned function gives it back, once. Throws `too-many-streams`. */
  readonly takeStream: () => () => void;
  /** The OpenAPI document, made once. */
  readonly openapi: () => string;
}
