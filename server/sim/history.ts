/**
 * The one log that the cluster is supposed to have: every entry, from the first moment that any node applied it. Its meaning is
 * computed a second time by the reference, so that results and reads can be judged at every index.
 */
import { createHash } from 'node:crypto';
import type { LogPosition } from '../../lib/contract/model.ts';
import { assert, must } from '../../lib/kernel/assert.ts';
import { decodeCommand } from '../state/codec.ts';
import type { Applied, Command, Stamp } from '../state/types.ts';
import type { Entry } from '../raft/types.ts';
import { outcomeText, ReferenceState } from './reference-state.ts';

interface Committed {
  readonly term: number;
  readonly digest: string;
  /** Idempotency scope of the command; null for entries without one. */
  readonly scope: string | null;
  /** What applying it must give; null for entries without a result. */
  readonly outcome: string | null;
  /** Term of the node that applied it first: the entry was committed in this term or an earlier one. */
  readonly seenInTerm: number;
}

interface Version {
  readonly index: number;
  readonly value: string | null;
}

function digestOf(entry: Entry): string {
  return createHash('sha1').update(entry.type).update(entry.data).digest('base64');
}

export class History {
  readonly #entries = new Map<number, Committed>();
  readonly #state = new ReferenceState();
  readonly #versions = new Map<string, Version[]>();
  /** Scopes whose effect has happened, and where. */
  readonly #effects = new Map<string, LogPosition>();
  readonly #hashes = new Map<number, { readonly hash: string; readonly node: string }>();
  #last: number;
  #stamp: Stamp | null = null;

  constructor(firstIndex: number) {
    this.#last = firstIndex;
  }

  /** The highest index that anybody has applied. */
  get last(): number {
    return this.#last;
  }

  entry(index: number): Committed | null {
    return this.#entries.get(index) ?? null;
  }

  /** A node is about to apply an entry, as the first of all or not: it must be the one that everybody else applies there. */
  applying(node: string, entry: Entry, nodeTerm: number): 'first' | 'again' {
    const known = this.#entries.get(entry.index);
    if (known === undefined) {
      assert(entry.index === this.#last + 1, () => `${node} applies ${entry.index}, but the log ends at ${this.#last}`);
      this.#extend(entry, nodeTerm);
      return 'first';
    }
    assert(known.term === entry.term, () => `${node} applies ${entry.term}:${entry.index}, others applied ${known.term}:${entry.index}`);
    assert(known.digest === digestOf(entry), () => `${node} applies other data than the others at ${entry.term}:${entry.index}`);
    return 'again';
  }

  /** What applying gave: the same as everywhere, and what the reference says. */
  applied(node: string, { position, result, replayed, resultPosition }: Applied): void {
    const { outcome } = must(this.#entries.get(position.index), 'an applied entry is known');
    const given = result === null ? null : outcomeText({ result, replayed, resultPosition });
    assert(
      given === outcome,
      () => `${node} answers ${String(given)} at ${position.term}:${position.index}, the reference says ${String(outcome)}`,
    );
  }

  /** The value of a key in the state at an index that has been applied somewhere. */
  valueAt(namespace: string, key: string, index: number): string | null {
    return this.#versions.get(`${namespace}/${key}`)?.findLast((version) => version.index <= index)?.value ?? null;
  }

  live(namespace: string, key: string): { readonly value: string; readonly position: LogPosition } | null {
    return this.#state.live(namespace, key);
  }

  /** Where the effect of a command took place. */
  effectOf(scope: string): LogPosition | null {
    return this.#effects.get(scope) ?? null;
  }

  /** States at equal positions are equal. */
  compareHash(node: string, index: number, hash: string): void {
    const known = this.#hashes.get(index);
    if (known === undefined) this.#hashes.set(index, { hash, node });
    else assert(known.hash === hash, () => `the states of ${known.node} and ${node} differ at index ${index}`);
  }

  #extend(entry: Entry, seenInTerm: number): void {
    this.#last = entry.index;
    const decoded = entry.type === 'normal' && entry.data.length > 0 ? decodeCommand(entry.data) : null;
    const stamp = decoded?.stamp ?? null;
    if (decoded !== null) this.#checkStamp(entry, must(stamp, 'a command has a stamp'));
    const outcome = decoded === null || stamp === null ? null : this.#perform(decoded.command, entry, stamp);
    this.#entries.set(entry.index, {
      term: entry.term,
      digest: digestOf(entry),
      scope: decoded?.command.idempotency?.scope ?? null,
      outcome,
      seenInTerm,
    });
  }

  #checkStamp({ term, index }: Entry, stamp: Stamp): void {
    const before = this.#stamp;
    const rises = before === null || stamp.ms > before.ms || (stamp.ms === before.ms && stamp.counter > before.counter);
    assert(
      rises,
      () =>
        `the stamp of ${term}:${index}, ${stamp.ms}-${stamp.counter} by ${stamp.node}, is not above ${before?.ms}-${before?.counter} by ${before?.node} before it`,
    );
    this.#stamp = stamp;
  }

  #perform(command: Command, entry: Entry, stamp: Stamp): string {
    const position: LogPosition = { term: entry.term, index: entry.index };
    const outcome = this.#state.apply(command, position, stamp);
    const scope = command.idempotency?.scope;
    if (scope !== undefined && !outcome.replayed) this.#effects.set(scope, position);
    if (!outcome.replayed && outcome.result.kind === 'written' && command.body.type === 'write') {
      for (const operation of command.body.operations) {
        const place = `${command.body.namespace}/${operation.key}`;
        const versions = this.#versions.get(place) ?? [];
        this.#versions.set(place, versions);
        versions.push({ index: entry.index, value: operation.op === 'put' ? operation.value : null });
      }
    }
    return outcomeText(outcome);
  }
}
