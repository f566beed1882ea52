/** What a verb of `apply` may know and touch while it applies one entry. */
import type { AuditAction, LogPosition } from '../../../lib/contract/model.ts';
import { assert } from '../../../lib/kernel/assert.ts';
import { compareClock, formatClock } from '../../clock/hlc.ts';
import type { Ownership } from '../../shards/ownership.ts';
import { ownershipOf } from '../move-rows.ts';
import { AUDIT_ORDINALS } from '../schema.ts';
import type { Actor, Stamp } from '../types.ts';
import type { Statements } from './statements.ts';

/** The row of `meta` between reading it at open and writing it back at the end of each `apply`. */
export interface Progress {
  appliedTerm: number;
  appliedIndex: number;
  /** Greatest stamp applied, or null before the first command. */
  stamp: Stamp | null;
  level: number;
  auditFloorIndex: number;
  historyFloorIndex: number;
  expiredRevisionId: number;
  ownershipIndex: number;
}

/** An audit event as a verb tells it; identity, time and actor come from the context. */
export interface AuditDraft {
  readonly action: AuditAction;
  readonly namespace?: string | undefined;
  readonly key?: string | undefined;
  readonly oldRevision?: number | null | undefined;
  readonly newRevision?: number | null | undefined;
  readonly count?: number | undefined;
  readonly message?: string | undefined;
}

/** Who a configuration change is by: nobody's API key. */
export const SYSTEM_ACTOR: Actor = { keyId: '', name: 'system' };

/** Before the first command of a group there is no stamp to take over. */
const NO_STAMP: Stamp = { ms: 0, counter: 0, node: 'none' };

/** Names beyond this are forgotten together and asked from the database again. */
const KNOWN_NAMESPACES_MAX = 10_000;

export class ApplyContext {
  readonly group: string;
  readonly statements: Statements;
  readonly progress: Progress;
  /** Namespaces that are known to exist. A memory of the table, never its replacement. */
  readonly #known = new Set<string>();

  /** By namespace, what its row does not count yet. Empty between transactions. */
  readonly #counts = new Map<string, number>();

  #position: LogPosition = { term: 0, index: 0 };
  #actor: Actor = SYSTEM_ACTOR;
  #requestId = '';
  #ordinal = 0;
  #hlc = '';
  #ownership: Ownership;
  #sealed: boolean;

  constructor(group: string, statements: Statements, progress: Progress) {
    this.group = group;
    this.statements = statements;
    this.progress = progress;
    this.#ownership = ownershipOf(group, statements.moveRows.all());
    this.#sealed = statements.archiveRow.get({ group }) !== undefined;
  }

  /** The history of this group has ended: nothing that is applied makes an event. */
  seal(): void {
    this.#sealed = true;
  }

  /** What the group keeps. */
  get ownership(): Ownership {
    return this.#ownership;
  }

  keeps(namespace: string): boolean {
    return this.#ownership.keeps(namespace);
  }

  /** The record of a move has changed, and perhaps what the group keeps. */
  ownershipChanged(): void {
    this.progress.ownershipIndex = this.#position.index;
    this.#ownership = ownershipOf(this.group, this.statements.moveRows.all());
  }

  get position(): LogPosition {
    return this.#position;
  }

  get actor(): Actor {
    return this.#actor;
  }

  /** Milliseconds of the stamp: the only time there is. */
  get timeMs(): number {
    return (this.progress.stamp ?? NO_STAMP).ms;
  }

  /**
   * Turns to the next entry. The greatest stamp so far rules when the entry has none (a configuration change) or a lower
   * one (no correct leader gives one): so (hlc, index) order is log order in every case, with ties broken by the index.
   */
  turnTo(position: LogPosition, stamp: Stamp | null, actor: Actor, requestId: string): void {
    const last = this.progress.stamp;
    if (stamp !== null && (last === null || compareClock(stamp, last) > 0)) this.progress.stamp = stamp;
    const effective = this.progress.stamp ?? NO_STAMP;
    this.#hlc = formatClock(effective, effective.node);
    this.#position = position;
    this.#actor = actor;
    this.#requestId = requestId;
    this.#ordinal = 0;
  }

  /** Writes one audit event of the current entry. */
  audit(draft: AuditDraft): void {
    if (this.#sealed) return;
    const ordinal = this.#ordinal++;
    assert(ordinal < AUDIT_ORDINALS, `one entry writes at most ${AUDIT_ORDINALS} audit events`);
    this.statements.insertAudit.run({
      id: this.#position.index * AUDIT_ORDINALS + ordinal,
      term: this.#position.term,
      hlc: this.#hlc,
      action: draft.action,
      actor: this.#actor.name,
      namespace: draft.namespace ?? null,
      key: draft.key ?? null,
      oldRevision: draft.oldRevision ?? null,
      newRevision: draft.newRevision ?? null,
      count: draft.count ?? null,
      message: draft.message ?? '',
      requestId: this.#requestId,
    });
  }

  /** Counts live entries of a namespace up or down. Written by `flushCounts`, once for all the writes of a transaction. */
  count(namespace: string, delta: number): void {
    if (delta !== 0) this.#counts.set(namespace, (this.#counts.get(namespace) ?? 0) + delta);
  }

  /** Brings the rows of namespaces up to date: before anything reads their counts, and before the transaction ends. */
  flushCounts(): void {
    if (this.#counts.size === 0) return;
    for (const [namespace, delta] of this.#counts) if (delta !== 0) this.statements.countEntries.run({ namespace, delta });
    this.#counts.clear();
  }

  namespaceExists(namespace: string): boolean {
    if (this.#known.has(namespace)) return true;
    if (this.statements.namespace.get({ namespace }) === undefined) return false;
    if (this.#known.size >= KNOWN_NAMESPACES_MAX) this.#known.clear();
    this.#known.add(namespace);
    return true;
  }

  forgetNamespace(namespace: string): void {
    this.#known.delete(namespace);
  }
}
