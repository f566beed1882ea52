/** Enough of the API, in memory and over HTTP, for commands to be tried against: one group, one node, one key. */
import { keyFault, namespaceFault } from '../../../lib/contract/names.ts';
import { eventText, problem, ScriptedServer } from '../../../lib/client/testing/scripted-server.ts';
import type { Asked, Scripted } from '../../../lib/client/testing/scripted-server.ts';
import type { Entry, Revision } from '../../../lib/contract/schemas/entries.ts';
import type { EntryType } from '../../../lib/contract/model.ts';

export const apiKey = 'confman_0123456789abcdef';
const history = 'aaaaaaaa.00000001';
const time = '2026-03-01T12:00:00.000Z';

interface PutOperation {
  readonly op: 'put' | 'delete';
  readonly key: string;
  readonly value?: string;
  readonly type?: EntryType;
  readonly ifMatch?: string;
  readonly ifNoneMatch?: string;
}

export class MemoryApi {
  readonly server: ScriptedServer;
  /** Per namespace and key, oldest first. */
  readonly revisions = new Map<string, Map<string, Revision[]>>();
  /** Answers in place of the API's own. */
  intercept: (asked: Asked) => Scripted | null = () => null;
  valueBytesMax = 1_048_576;
  #index = 0;

  constructor(server: ScriptedServer) {
    this.server = server;
    server.script((asked) => this.#answer(asked));
  }

  static async start(): Promise<MemoryApi> {
    return new MemoryApi(await ScriptedServer.start());
  }

  get url(): string {
    return this.server.url;
  }

  async stop(): Promise<void> {
    await this.server.stop();
  }

  entry(namespace: string, key: string): Entry | null {
    const newest = this.revisions.get(namespace)?.get(key)?.at(-1);
    if (newest === undefined || newest.deleted) return null;
    const { value, type, revision, version, author, message } = newest;
    return { namespace, key, value: value ?? '', type, revision, version, createdAt: time, updatedAt: time, updatedBy: author, message };
  }

  entries(namespace: string): readonly Entry[] {
    const keys = [...(this.revisions.get(namespace)?.keys() ?? [])].toSorted();
    return keys.flatMap((key) => this.entry(namespace, key) ?? []);
  }

  put(namespace: string, key: string, value: string, type: EntryType = 'text'): void {
    this.#index++;
    this.#change(namespace, { op: 'put', key, value, type }, '');
  }

  #answer(asked: Asked): Scripted {
    const intercepted = this.intercept(asked);
    const answer = intercepted ?? this.#route(asked);
    return {
      ...answer,
      headers: {
        'x-confman-token': `${history}/1:${Math.max(1, this.#index)}`,
        'x-confman-version': `1:${Math.max(1, this.#index)}`,
        ...answer.headers,
      },
    };
  }

  #route(asked: Asked): Scripted {
    if (asked.headers.authorization !== `Bearer ${apiKey}`) return problem('unauthenticated');
    const url = new URL(asked.path, 'http://node');
    const parts = url.pathname.split('/').slice(3).map(decodeURIComponent);
    const [resource, namespace = '', below, key = '', action] = parts;
    if (resource === 'configs')
      return this.#page(
        [...this.revisions.keys()]
          .toSorted()
          .flatMap((name) => this.entries(name))
          .filter((entry) => this.#matches(entry, url)),
        url,
      );
    if (resource === 'watch') return this.#watch();
    if (resource !== 'namespaces') return problem('not-found');
    if (namespace === '')
      return this.#page(
        [...this.revisions.keys()].toSorted().map((name) => this.#namespace(name)),
        url,
      );
    const fault = namespaceFault(namespace) ?? (key === '' ? null : keyFault(key));
    if (fault !== null) return problem('invalid-name', { detail: fault });
    if (below === 'batch') return this.#batch(namespace, asked);
    if (below === undefined) return this.#deleteNamespace(namespace);
    if (key === '') return this.revisions.has(namespace) ? this.#page(this.entries(namespace), url) : problem('namespace-not-found');
    if (action === 'history') return this.#page((this.revisions.get(namespace)?.get(key) ?? []).toReversed(), url);
    return this.#entryRoute(asked, url, namespace, key);
  }

  #entryRoute(asked: Asked, url: URL, namespace: string, key: string): Scripted {
    const revision = url.searchParams.get('revision');
    if (asked.method === 'GET') {
      const found =
        revision === null
          ? this.entry(namespace, key)
          : this.revisions
              .get(namespace)
              ?.get(key)
              ?.find((one) => one.revision === Number(revision));
      return found === null || found === undefined
        ? problem(revision === null ? 'entry-not-found' : 'revision-not-found')
        : { body: found };
    }
    const body =
      asked.body === ''
        ? {}
        : (JSON.parse(asked.body) as { readonly value?: string; readonly type?: EntryType; readonly message?: string });
    const ifMatch = asked.headers['if-match']?.replaceAll('"', '');
    const ifNoneMatch = asked.headers['if-none-match'];
    const operation = {
      op: asked.method === 'PUT' ? ('put' as const) : ('delete' as const),
      key,
      ...body,
      ...(ifMatch === undefined ? {} : { ifMatch }),
      ...(ifNoneMatch === undefined ? {} : { ifNoneMatch }),
    };
    const fault = this.#fault(namespace, operation, undefined);
    if (fault !== null) return fault;
    this.#index++;
    const change = this.#change(namespace, operation, body.message ?? '');
    return { status: change.created ? 201 : 200, body: { ...this.entry(namespace, key), ...change, version: `1:${this.#index}` } };
  }

  #batch(namespace: string, asked: Asked): Scripted {
    const { operations, message = '' } = JSON.parse(asked.body) as {
      readonly operations: readonly PutOperation[];
      readonly message?: string;
    };
    if (operations.length > 128 || Buffer.byteLength(asked.body) > 4 * 1024 * 1024) return problem('body-too-large');
    for (const [at, operation] of operations.entries()) {
      const fault = this.#fault(namespace, operation, at);
      if (fault !== null) return fault;
    }
    this.#index++;
    const changes = operations.map((operation) => this.#change(namespace, operation, message));
    return { body: { version: `1:${this.#index}`, namespace, namespaceCreated: false, changes } };
  }

  #fault(
    namespace: string,
    { op, key, value = '', type, ifMatch, ifNoneMatch }: PutOperation,
    operation: number | undefined,
  ): Scripted | null {
    const at = operation === undefined ? {} : { operation };
    const current = this.entry(namespace, key);
    if ((ifMatch !== undefined && current?.version !== ifMatch) || (ifNoneMatch === '*' && current !== null))
      return problem('version-conflict', { ...at, current });
    if (op === 'delete') return current === null ? problem('entry-not-found', at) : null;
    if (Buffer.byteLength(value) > this.valueBytesMax)
      return problem('value-too-large', {
        detail: 'the value is too large',
        errors: [{ pointer: operation === undefined ? '/value' : `/operations/${operation}/value`, detail: '' }],
      });
    return type === 'yaml' && value.includes('node-refuses') ? problem('invalid-value', { ...at, detail: 'refused by the node' }) : null;
  }

  #change(
    namespace: string,
    { op, key, value, type }: PutOperation,
    message: string,
  ): {
    readonly op: 'put' | 'delete';
    readonly key: string;
    readonly type: EntryType | null;
    readonly created: boolean;
    readonly revision: number;
    readonly previousRevision: number | null;
  } {
    const keys = this.revisions.get(namespace) ?? new Map<string, Revision[]>();
    this.revisions.set(namespace, keys);
    const before = keys.get(key) ?? [];
    const current = this.entry(namespace, key);
    const revision = (before.at(-1)?.revision ?? 0) + 1;
    const effective = type ?? current?.type ?? 'text';
    keys.set(key, [
      ...before,
      {
        namespace,
        key,
        revision,
        value: op === 'put' ? (value ?? '') : null,
        type: effective,
        version: `1:${this.#index}`,
        author: 'tester',
        message,
        time,
        deleted: op === 'delete',
      },
    ]);
    return { op, key, type: effective, created: current === null, revision, previousRevision: current?.revision ?? null };
  }

  #deleteNamespace(namespace: string): Scripted {
    const entriesDeleted = this.entries(namespace).length;
    if (!this.revisions.delete(namespace)) return problem('namespace-not-found');
    return { body: { version: `1:${++this.#index}`, namespace, entriesDeleted } };
  }

  #namespace(namespace: string): unknown {
    return {
      namespace,
      description: '',
      owner: '',
      createdAt: time,
      updatedAt: time,
      version: '1:1',
      entries: this.entries(namespace).length,
    };
  }

  #matches({ key, value = '' }: Entry, url: URL): boolean {
    const search = url.searchParams.get('search')?.toLowerCase() ?? '';
    return key.startsWith(url.searchParams.get('prefix') ?? '') && `${key}\n${value}`.toLowerCase().includes(search);
  }

  #page(items: readonly unknown[], url: URL): Scripted {
    const from = Number(url.searchParams.get('cursor') ?? 0);
    const to = from + Math.min(Number(url.searchParams.get('limit') ?? 100), 50);
    return { body: { items: items.slice(from, to), nextCursor: to < items.length ? String(to) : null } };
  }

  #watch(): Scripted {
    return {
      handle: (response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream', 'x-confman-token': `${history}/1:1` });
        const changes = [{ op: 'put', namespace: 'app', key: 'k', type: 'text', value: 'line\nbreak', revision: 2, previousRevision: 1 }];
        response.write(eventText('change', `${history}/1:2`, { version: '1:2', changes, actor: 'ann', message: 'why', hlc: '' }));
        response.end(eventText('compacted', null, { oldest: '1:9', token: '' }));
      },
    };
  }
}
