/** The TypeScript client: the whole REST API, typed, with the version token carried for its user. Runs in browsers and in Node. */
import { Exchange } from './exchange.ts';
import { consoleEvents } from './console-events.ts';
import { Listing } from './listing.ts';
import { query } from './request.ts';
import { Cluster, Keys, Lab, SignIn } from './resources/cluster.ts';
import { Config } from './resources/config.ts';
import { Namespaces } from './resources/namespaces.ts';
import { Shards } from './resources/shards.ts';
import type { Session } from './session.ts';
import type { AuditEvent, AuditList } from '../contract/schemas/audit.ts';
import type { Entry, EntryList } from '../contract/schemas/entries.ts';
import type { AuditAction } from '../contract/model.ts';
import type { BackupDownload } from './backup.ts';
import type { ConsoleEvent, EventsOptions } from './console-events.ts';
import type { FollowItem, FollowOptions } from './follow.ts';
import type { PageOptions } from './listing.ts';
import type { Answer, ClientOptions, ReadOptions } from './types.ts';
import type { WatchItem, WatchOptions } from './watch.ts';

export interface SearchOptions extends ReadOptions, PageOptions {
  /** Only keys that start so. */
  readonly prefix?: string | undefined;
  /** Text to find, without regard to case. */
  readonly search?: string | undefined;
  readonly in?: readonly ('key' | 'value')[] | undefined;
  readonly values?: boolean | undefined;
}

export interface AuditOptions extends ReadOptions, PageOptions {
  readonly namespace?: string | undefined;
  readonly key?: string | undefined;
  readonly actor?: string | undefined;
  readonly action?: AuditAction | undefined;
  /** RFC 3339. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  /** Text to find in action, actor, namespace, key, message and request id, without regard to case. */
  readonly search?: string | undefined;
}

/** What few callers ask for (backup, export, watching) is loaded when it is: the console's first load has none of it. */
export class ConfmanClient {
  readonly namespaces: Namespaces;
  readonly config: Config;
  readonly cluster: Cluster;
  readonly shards: Shards;
  readonly keys: Keys;
  readonly signIn: SignIn;
  readonly lab: Lab;
  readonly #exchange: Exchange;

  constructor(exchange: Exchange) {
    this.#exchange = exchange;
    this.namespaces = new Namespaces(exchange);
    this.config = new Config(exchange);
    this.cluster = new Cluster(exchange);
    this.shards = new Shards(exchange);
    this.keys = new Keys(exchange);
    this.signIn = new SignIn(exchange);
    this.lab = new Lab(exchange);
  }

  /** What was seen and written so far: `session.export()` hands it to another process. */
  get session(): Session {
    return this.#exchange.session;
  }

  /** The same client, whose reads are not older than `token` either: for work on behalf of somebody who has seen it. What it sees from there on is its own. */
  withToken(token: string): ConfmanClient {
    const session = this.session.fork();
    session.import(token);
    return new ConfmanClient(this.#exchange.withSession(session));
  }

  /** Entries of all namespaces that the key may read. */
  search(options: SearchOptions = {}): Listing<Entry, EntryList> {
    const { prefix, search, values, limit } = options;
    const where = options.in?.join(',');
    return new Listing(
      (cursor) =>
        this.#exchange.call({
          kind: 'read',
          method: 'GET',
          path: `/api/v1/configs${query({ prefix, search, in: where, values, limit, cursor })}`,
          options,
          cacheable: false,
        }),
      options.cursor,
    );
  }

  /** Who changed what, newest first. */
  audit(options: AuditOptions = {}): Listing<AuditEvent, AuditList> {
    const { limit } = options;
    return new Listing(
      (cursor) =>
        this.#exchange.call({
          kind: 'read',
          method: 'GET',
          path: `/api/v1/audit${query({ ...auditFilter(options), limit, cursor })}`,
          options,
          cacheable: false,
        }),
      options.cursor,
    );
  }

  /** Everything that the cluster keeps, as one file. See `backup`. */
  async backup(options: ReadOptions = {}): Promise<BackupDownload> {
    const { backup } = await import('./backup.ts');
    return backup(this.#exchange, options);
  }

  /**
   * The whole filtered audit as NDJSON, newest first, in pieces as they come: for files.
   *
   * @throws ConfmanError when it is refused, or breaks off before its end
   */
  async *exportAudit(options: Omit<AuditOptions, 'limit' | 'cursor'> = {}): AsyncGenerator<Uint8Array, void, undefined> {
    const { exportAudit } = await import('./export-audit.ts');
    yield* exportAudit(this.#exchange, `/api/v1/audit${query(auditFilter(options))}`, options);
  }

  /** The OpenAPI 3.1 document of the node that answers. */
  async openapi(options: ReadOptions = {}): Promise<Answer<Readonly<Record<string, unknown>>>> {
    return this.#exchange.call({
      kind: 'read',
      method: 'GET',
      path: '/api/v1/openapi.json',
      options: { session: false, ...options },
      cacheable: false,
    });
  }

  /** Changes as they come, over broken connections and dying nodes. See `watch`. */
  async *watch(options: WatchOptions = {}): AsyncGenerator<WatchItem, void, undefined> {
    const { watch } = await import('./watch.ts');
    yield* watch(this.#exchange, options);
  }

  /** The entries of a namespace, then every change to them. See `follow`. */
  async *follow(namespace: string, options: FollowOptions = {}): AsyncGenerator<FollowItem, void, undefined> {
    const { follow } = await import('./follow.ts');
    yield* follow(this.#exchange, this.config, namespace, options);
  }

  /** The console's stream of status, changes, audit and moves. See `consoleEvents`. */
  events(options: EventsOptions): AsyncGenerator<ConsoleEvent, void, undefined> {
    return consoleEvents(this.#exchange, options);
  }
}

function auditFilter({ namespace, key, actor, action, from, to, search }: AuditOptions): Record<string, string | undefined> {
  return { namespace, key, actor, action, from, to, search };
}

/** @throws ConfmanError `invalid-options` without an endpoint */
export function createClient(options: ClientOptions): ConfmanClient {
  return new ConfmanClient(new Exchange(options));
}
