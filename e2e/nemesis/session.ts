/** One client: carries its token from answer to question, and writes down what it asked and heard. */
import { entryPath, namespacePath } from '../../lib/contract/names.ts';
import { formatToken, mergeTokens, parseToken } from '../../lib/contract/token.ts';
import type { RecordedOperation, RecordedRead, RecordedWrite } from '../../server/history/record.ts';
import type { RealCluster } from '../cluster/cluster.ts';
import type { RawAnswer } from '../cluster/http.ts';
import type { NodeProcess } from '../cluster/node-process.ts';
import type { Seeded } from '../cluster/seeded.ts';
import { keyName } from './recorder.ts';
import type { Recorder } from './recorder.ts';

const REQUEST_MS_MAX = 4_000;
const WAIT = '1500ms';
const RETRY_MS = 40;
const REPEATS_MAX = 40;

export interface Write {
  readonly namespace: string;
  readonly key: string;
  /** Null: a deletion. */
  readonly value: string | null;
  readonly ifMatch?: string | undefined;
  readonly ifNoneMatch?: boolean | undefined;
}

/** What became of a request: an answer, certainly nothing, or nobody knows. */
type Fate = { readonly kind: 'answer'; readonly answer: RawAnswer } | { readonly kind: 'refused' } | { readonly kind: 'unknown' };

/** By design these say that the write was not proposed; every other fate that is lost is `write-outcome-unknown` (spec 2). */
const NOT_PROPOSED = new Set([
  'no-leader',
  'node-not-ready',
  'node-stopping',
  'too-busy',
  'too-many-waiters',
  'version-not-reached',
  'storage-full',
]);

export interface SessionOptions {
  readonly name: string;
  readonly cluster: RealCluster;
  readonly recorder: Recorder;
  readonly seeded: Seeded;
  /** Asked before every request and every repetition. */
  readonly going: () => boolean;
}

export class Session {
  readonly name: string;
  readonly seeded: Seeded;
  readonly #cluster: RealCluster;
  readonly #recorder: Recorder;
  readonly #going: () => boolean;
  /** What it was told last of a key: version of an entry, or null for none. */
  readonly #known = new Map<string, string | null>();
  #token = '';
  #serial = 0;

  constructor({ name, cluster, recorder, seeded, going }: SessionOptions) {
    this.name = name;
    this.seeded = seeded;
    this.#cluster = cluster;
    this.#recorder = recorder;
    this.#going = going;
  }

  get going(): boolean {
    return this.#going();
  }

  /** A text that nobody else writes. */
  freshValue(): string {
    this.#serial += 1;
    return `${this.name}-${this.#serial}`;
  }

  known(namespace: string, key: string): string | null | undefined {
    return this.#known.get(keyName(namespace, key));
  }

  someNode(): NodeProcess {
    return this.seeded.pick(this.#cluster.nodes);
  }

  /** Goes on with a token that somebody else was given. */
  takeOver(token: string): void {
    if (token !== '') this.#hear(token);
  }

  /**
   * One write, recorded as one operation, under one idempotency key.
   *
   * @param repeat asks again, at any node, until the answer is known; otherwise one request only
   */
  async write(write: Write, repeat: boolean): Promise<RawAnswer | null> {
    const { namespace, key, value, ifMatch, ifNoneMatch } = write;
    const node = this.someNode();
    const record = {
      session: this.name,
      node: node.id,
      key: keyName(namespace, key),
      ...(ifMatch === undefined ? {} : { ifMatch }),
      ...(ifNoneMatch === true ? { ifNoneMatch: '*' as const } : {}),
    };
    const call = this.#recorder.now;
    const fate = await this.#settle(
      node,
      value === null ? 'DELETE' : 'PUT',
      entryPath(namespace, key),
      value === null ? undefined : { value },
      {
        ...(ifMatch === undefined ? {} : { 'if-match': `"${ifMatch}"` }),
        ...(ifNoneMatch === true ? { 'if-none-match': '*' } : {}),
      },
      repeat,
    );
    const kind = value === null ? 'delete' : `put${ifMatch === undefined && ifNoneMatch !== true ? '' : '-if'}`;
    return this.#recordWrite({ kind, call, at: this.#recorder.now, record, value, fate });
  }

  #recordWrite(of: {
    readonly kind: string;
    readonly call: number;
    readonly at: number;
    readonly record: Pick<RecordedWrite, 'session' | 'node' | 'key' | 'ifMatch' | 'ifNoneMatch'>;
    readonly value: string | null;
    readonly fate: Fate;
  }): RawAnswer | null {
    const { kind, call, at, record, value, fate } = of;
    this.#recorder.count(`${kind} ${fate.kind === 'answer' ? fate.answer.status : fate.kind}`);
    if (fate.kind === 'refused') {
      if (value !== null) this.#recorder.refused.set(value, record.key);
      return null;
    }
    const request = value === null ? { op: 'delete' as const } : { op: 'put' as const, value };
    if (fate.kind === 'unknown') {
      this.#keep({ ...record, ...request, call, answer: null });
      return null;
    }
    const { status, token, version } = fate.answer;
    const outcome = ({ 200: 'written', 201: 'written', 412: 'conflict', 404: 'absent' } as const)[status as 200 | 201 | 412 | 404];
    this.#keep({ ...record, ...request, call, answer: { outcome, at, token } } as RecordedOperation);
    if (outcome === 'written') this.#known.set(record.key, value === null ? null : version);
    else if (outcome === 'conflict' && value !== null) this.#recorder.refused.set(value, record.key);
    this.#hear(token);
    return fate.answer;
  }

  /** One write asked for at all nodes at once, under one idempotency key: it happens once, and every answer is the same. */
  async stutter(namespace: string, key: string): Promise<void> {
    const value = this.freshValue();
    this.#serial += 1;
    const headers = { 'idempotency-key': `${this.name} ${this.#serial}`, 'x-confman-max-wait': WAIT };
    const record = { session: this.name, node: 'all', key: keyName(namespace, key) };
    const call = this.#recorder.now;
    const fates = await Promise.all(
      this.#cluster.nodes.map(async (node) => {
        const fate = await this.#ask(node, 'PUT', entryPath(namespace, key), { value }, headers);
        return { fate, at: this.#recorder.now };
      }),
    );
    const answers = fates.flatMap(({ fate, at }) => (fate.kind === 'answer' ? [{ answer: fate.answer, at }] : []));
    const versions = new Set(answers.map(({ answer }) => answer.version));
    if (versions.size > 1) this.#recorder.unlikely(`${this.name}: one idempotency key was answered with ${[...versions].join(' and ')}`);
    const [first] = answers.toSorted((a, b) => a.at - b.at);
    const isUnknown = fates.some(({ fate }) => fate.kind === 'unknown');
    const fate: Fate = first === undefined ? { kind: isUnknown ? 'unknown' : 'refused' } : { kind: 'answer', answer: first.answer };
    this.#recordWrite({ kind: 'put-everywhere', call, at: first?.at ?? this.#recorder.now, record, value, fate });
  }

  /** Several puts at once, one record per key; a batch whose fate is unknown is unknown for each. */
  async batch(namespace: string, keys: readonly string[], ifMatch: Readonly<Record<string, string>>, repeat: boolean): Promise<void> {
    const node = this.someNode();
    const puts = keys.map((key) => ({ key, value: this.freshValue() }));
    const operations = puts.map((put) => ({ op: 'put', ...put, ...(ifMatch[put.key] === undefined ? {} : { ifMatch: ifMatch[put.key] }) }));
    this.#recorder.batches.set(
      puts.map(({ value }) => value).join('+'),
      puts.map(({ key, value }) => ({ key: keyName(namespace, key), value })),
    );
    const call = this.#recorder.now;
    const fate = await this.#settle(node, 'POST', `${namespacePath(namespace)}/batch`, { operations }, {}, repeat);
    const at = this.#recorder.now;
    this.#recorder.count(`batch ${fate.kind === 'answer' ? fate.answer.status : fate.kind}`);
    const answer = fate.kind === 'answer' ? fate.answer : null;
    if (fate.kind === 'refused' || answer?.status === 412) {
      for (const { key, value } of puts) this.#recorder.refused.set(value, keyName(namespace, key));
      if (answer !== null) this.#hear(answer.token);
      return;
    }
    for (const { key, value } of puts) {
      const record = { session: this.name, node: node.id, key: keyName(namespace, key), op: 'put' as const, value, call };
      const condition = ifMatch[key] === undefined ? {} : { ifMatch: ifMatch[key] };
      this.#keep({ ...record, ...condition, answer: answer === null ? null : { outcome: 'written', at, token: answer.token } });
      if (answer !== null) this.#known.set(record.key, answer.version);
    }
    if (answer !== null) this.#hear(answer.token);
  }

  async read(namespace: string, key: string, mode: RecordedRead['mode'], withToken: boolean): Promise<void> {
    const node = this.someNode();
    const minVersion = withToken && this.#token !== '' ? this.#token : undefined;
    const call = this.#recorder.now;
    const headers = {
      'x-confman-consistency': mode,
      'x-confman-max-wait': WAIT,
      ...(minVersion === undefined ? {} : { 'x-confman-min-version': minVersion }),
    };
    const fate = await this.#ask(node, 'GET', entryPath(namespace, key), undefined, headers);
    this.#recorder.count(
      `read-${mode}${minVersion === undefined ? '' : '-token'} ${fate.kind === 'answer' ? fate.answer.status : fate.kind}`,
    );
    if (fate.kind !== 'answer') return;
    const { answer } = fate;
    const given = answer.headers['x-confman-consistency'] as RecordedRead['mode'];
    const rank = { eventual: 0, 'read-your-writes': minVersion === undefined ? 0 : 1, linearizable: 2 };
    if (rank[given] < rank[mode])
      this.#recorder.unlikely(`a read asked for ${mode} with token ${String(minVersion)} and was given ${given}`);
    const at = this.#recorder.now;
    const shown =
      answer.status === 404
        ? ({ outcome: 'absent' } as const)
        : ({ outcome: 'found', value: String(answer.json['value']), version: String(answer.json['version']) } as const);
    this.#keep({
      op: 'read',
      session: this.name,
      node: node.id,
      key: keyName(namespace, key),
      mode: given,
      ...(minVersion === undefined ? {} : { minVersion }),
      call,
      answer: { ...shown, at, token: answer.token },
    });
    this.#known.set(keyName(namespace, key), shown.outcome === 'absent' ? null : shown.version);
    this.#hear(answer.token);
  }

  #keep(record: RecordedOperation): void {
    this.#recorder.operations.push(record);
  }

  #hear(token: string): void {
    try {
      this.#token = formatToken(mergeTokens(parseToken(this.#token === '' ? token : this.#token), parseToken(token)));
      this.#recorder.shared = this.#token;
    } catch (error) {
      this.#recorder.unlikely(`${this.name} cannot merge ${this.#token} and ${token}: ${String(error)}`);
    }
  }

  /** Under one idempotency key: what is unknown is asked again, at any node, while the run goes on and for some time after. */
  async #settle(
    node: NodeProcess,
    method: string,
    path: string,
    body: unknown,
    headers: Readonly<Record<string, string>>,
    repeat: boolean,
  ): Promise<Fate> {
    this.#serial += 1;
    const all = { ...headers, 'idempotency-key': `${this.name} ${this.#serial}`, 'x-confman-max-wait': WAIT };
    let at = node;
    let isUnknown = false;
    for (let tries = 0; ; tries += 1) {
      const fate = await this.#ask(at, method, path, body, all);
      if (fate.kind === 'answer') return fate;
      isUnknown ||= fate.kind === 'unknown';
      // One that was refused after one that may have happened is not refused.
      if (!repeat || tries >= REPEATS_MAX || !(this.going || isUnknown)) return { kind: isUnknown ? 'unknown' : 'refused' };
      this.#recorder.count('repeated');
      await this.pause(RETRY_MS);
      at = this.someNode();
    }
  }

  async #ask(node: NodeProcess, method: string, path: string, body: unknown, headers: Readonly<Record<string, string>>): Promise<Fate> {
    let answer: RawAnswer;
    try {
      answer = await this.#cluster.api(node, path, { method, body, headers, timeoutMs: REQUEST_MS_MAX });
    } catch (error) {
      // Nobody listened: it went nowhere. Whatever else breaks may have arrived.
      return { kind: error instanceof Error && 'code' in error && error.code === 'ECONNREFUSED' ? 'refused' : 'unknown' };
    }
    const { status, code } = answer;
    const isRead = method === 'GET';
    if (status === 200 || (status === 404 && code === 'entry-not-found')) return { kind: 'answer', answer };
    if (!isRead && (status === 201 || status === 412)) return { kind: 'answer', answer };
    if (status === 503 || status === 507) {
      if (code !== null) this.#recorder.count(`code ${code}`);
      return { kind: isRead || NOT_PROPOSED.has(code ?? '') ? 'refused' : 'unknown' };
    }
    this.#recorder.unlikely(`${this.name}: ${method} ${path} at ${node.id} was answered with ${status}: ${answer.text.slice(0, 300)}`);
    return { kind: 'unknown' };
  }

  async pause(ms: number): Promise<void> {
    await new Promise((resolve) => {
      setTimeout(resolve, ms);
    });
  }
}
