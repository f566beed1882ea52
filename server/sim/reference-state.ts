/**
 * What commands mean, a second time and as simply as possible: the yardstick for the state machine on SQLite, and in most
 * runs the state machine itself, because it costs a hundredth. Knows puts, deletes, their preconditions and the records of
 * idempotent requests; other commands leave no trace in it.
 */
import type { LogPosition } from '../../lib/contract/model.ts';
import type { Change, Command, CommandResult, EntryState, Operation, Stamp } from '../state/types.ts';

interface Head {
  readonly revision: number;
  readonly position: LogPosition;
  /** Null: deleted. */
  readonly value: string | null;
  readonly createdAtMs: number;
}

interface Record {
  readonly request: string;
  readonly position: LogPosition;
  readonly result: CommandResult;
}

export interface Outcome {
  readonly result: CommandResult;
  readonly replayed: boolean;
  readonly resultPosition: LogPosition;
}

/** The plain data of a state, for images and hashes. */
export interface ReferenceImage {
  readonly heads: readonly (readonly [string, Head])[];
  readonly namespaces: readonly string[];
  readonly records: readonly (readonly [string, Record])[];
}

function place(namespace: string, key: string): string {
  return `${namespace}/${key}`;
}

function stateOf(key: string, head: Head): EntryState {
  const { revision, position, createdAtMs } = head;
  return { key, type: 'text', revision, position, createdAtMs, updatedAtMs: createdAtMs, updatedBy: 'client', message: '' };
}

export class ReferenceState {
  readonly #heads: Map<string, Head>;
  readonly #namespaces: Set<string>;
  readonly #records: Map<string, Record>;

  constructor(image: ReferenceImage = { heads: [], namespaces: [], records: [] }) {
    this.#heads = new Map(image.heads);
    this.#namespaces = new Set(image.namespaces);
    this.#records = new Map(image.records);
  }

  image(): ReferenceImage {
    return { heads: [...this.#heads], namespaces: [...this.#namespaces], records: [...this.#records] };
  }

  /** The live value of a key, with the position of its last change. */
  live(namespace: string, key: string): { readonly value: string; readonly position: LogPosition } | null {
    const head = this.#heads.get(place(namespace, key));
    return head === undefined || head.value === null ? null : { value: head.value, position: head.position };
  }

  apply(command: Command, position: LogPosition, stamp: Stamp): Outcome {
    const { idempotency } = command;
    const first = idempotency === null ? undefined : this.#records.get(idempotency.scope);
    if (first !== undefined) {
      if (first.request !== idempotency?.request)
        return { result: { kind: 'refused', code: 'idempotency-key-reused' }, replayed: false, resultPosition: position };
      return { result: first.result, replayed: true, resultPosition: first.position };
    }
    const result = this.#perform(command, position, stamp);
    if (idempotency !== null) this.#records.set(idempotency.scope, { request: idempotency.request, position, result });
    return { result, replayed: false, resultPosition: position };
  }

  #perform({ body }: Command, position: LogPosition, stamp: Stamp): CommandResult {
    if (body.type !== 'write') return { kind: 'done' };
    const { namespace, operations } = body;
    const exists = this.#namespaces.has(namespace);
    if (!exists && !body.createNamespace) return { kind: 'refused', code: 'namespace-not-found' };
    for (const [ordinal, operation] of operations.entries()) {
      const refusal = this.#judge(namespace, operation, ordinal);
      if (refusal !== null) return refusal;
    }
    this.#namespaces.add(namespace);
    return {
      kind: 'written',
      namespaceCreated: !exists,
      changes: operations.map((operation) => this.#change(namespace, operation, position, stamp)),
    };
  }

  #judge(namespace: string, operation: Operation, ordinal: number): CommandResult | null {
    const head = this.#heads.get(place(namespace, operation.key));
    const live = head === undefined || head.value === null ? null : head;
    const { ifMatch, ifAbsent } = operation;
    const matches = ifMatch === undefined || (live?.position.index === ifMatch.index && live.position.term === ifMatch.term);
    if (!matches || (ifAbsent === true && live !== null)) {
      return {
        kind: 'refused',
        code: 'version-conflict',
        operation: ordinal,
        current: live === null ? null : stateOf(operation.key, live),
      };
    }
    return operation.op === 'delete' && live === null ? { kind: 'refused', code: 'entry-not-found', operation: ordinal } : null;
  }

  #change(namespace: string, operation: Operation, position: LogPosition, stamp: Stamp): Change {
    const { key } = operation;
    const at = place(namespace, key);
    const before = this.#heads.get(at);
    const created = before === undefined || before.value === null;
    const revision = (before?.revision ?? 0) + 1;
    const head: Head = {
      revision,
      position,
      value: operation.op === 'put' ? operation.value : null,
      createdAtMs: created ? stamp.ms : before.createdAtMs,
    };
    this.#heads.set(at, head);
    if (operation.op === 'delete') return { op: 'delete', key, revision, previousRevision: revision - 1 };
    return { op: 'put', created, previousRevision: created ? null : before.revision, entry: stateOf(key, head) };
  }
}

/** What two state machines must agree on, as text: kind, refusal, revisions and positions of every change. */
export function outcomeText({ result, replayed, resultPosition }: Outcome): string {
  const at = `${resultPosition.term}:${resultPosition.index}${replayed ? ' replayed' : ''}`;
  if (result.kind === 'refused') {
    const current = result.code === 'version-conflict' && result.current !== null ? ` current ${result.current.position.index}` : '';
    return `${at} refused ${result.code}${current}`;
  }
  if (result.kind !== 'written') return `${at} ${result.kind}`;
  const changes = result.changes.map((change) =>
    change.op === 'put'
      ? `${change.entry.key}#${change.entry.revision}${change.created ? '+' : ''}@${change.entry.position.index}`
      : `-${change.key}#${change.revision}`,
  );
  return `${at} written ${result.namespaceCreated ? 'new ' : ''}${changes.join(' ')}`;
}
