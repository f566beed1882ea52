/** What a leader does for its group now and then, through the log: the first key of a new cluster, its level, retention. */
import { FIRST_KEY_ID } from '../../lib/contract/names.ts';
import type { ProposeOutcome } from '../engine/types.ts';
import { encodeCommand } from '../state/codec.ts';
import type { CommandBody } from '../state/types.ts';
import type { ReplicaHost } from './host.ts';
import type { Logger, Runtime } from './runtime.ts';

export interface MaintenanceOptions {
  readonly host: ReplicaHost;
  readonly runtime: Runtime;
  readonly group: string;
  /** Of the first key, which the main group is seeded with; null: this group keeps no keys. */
  readonly seedKeyHash: string | null;
  readonly retention: { readonly revisionsPerKey: number; readonly revisionsMs: number; readonly auditMs: number };
  /** The level that all members know; null: not known now. */
  readonly commonLevel: () => number | null;
  readonly onSeeded: () => void;
  readonly logger: Logger;
}

const RAISE_EVERY_MS = 1_000;
const EXPIRE_EVERY_MS = 60_000;
/** The same for a group in which nothing has happened since: what only grows old can wait. */
const EXPIRE_IDLE_MS = 3_600_000;
/** Rows that one `expire` may remove: its transaction must not hold up the loop. */
const EXPIRE_ROWS_MAX = 500;
const IDEMPOTENCY_MS = 24 * 3600 * 1000;
const IDEMPOTENCY_KEEP = 10_000;
const PROPOSE_MS = 5000;

export class Maintenance {
  readonly #options: MaintenanceOptions;
  #seeding = false;
  #raising = false;
  #nextRaiseMs = 0;
  #expiring = false;
  #nextExpireMs: number;
  /** Where the last `expire` stands in the log, when it left nothing to do. */
  #expiredAt: { readonly index: number; readonly ms: number } | null = null;

  constructor(options: MaintenanceOptions) {
    this.#options = options;
    this.#nextExpireMs = options.runtime.nowMs() + EXPIRE_EVERY_MS;
  }

  /** Looked at when this node may have become leader. */
  roleChanged(): void {
    this.#seedIfNew();
  }

  tick(): void {
    this.#seedIfNew();
    this.#raiseLevel();
    const { runtime } = this.#options;
    if (runtime.nowMs() < this.#nextExpireMs || this.#expiring || !this.#leads() || this.#idle()) return;
    this.#expiring = true;
    this.#expire();
  }

  #idle(): boolean {
    const { host, group, runtime } = this.#options;
    const at = this.#expiredAt;
    return at !== null && host.replica(group)?.machine.applied().index === at.index && runtime.nowMs() - at.ms < EXPIRE_IDLE_MS;
  }

  #leads(): boolean {
    return this.#options.host.view(this.#options.group).role === 'leader';
  }

  /** A group in whose log nothing has been stamped is new. Two leaders may both try: the second finds a key and does nothing. */
  #seedIfNew(): void {
    const { host, group, seedKeyHash, onSeeded } = this.#options;
    if (seedKeyHash === null || this.#seeding || !this.#leads() || host.replica(group)?.machine.lastStamp() !== null) return;
    this.#seeding = true;
    this.#propose({ type: 'seed', keyId: FIRST_KEY_ID, name: 'admin', secretHash: seedKeyHash }, (outcome) => {
      this.#seeding = false;
      if (outcome.kind === 'applied') onSeeded();
    });
  }

  /** The level rises as soon as every member runs a program that knows the next one. */
  #raiseLevel(): void {
    const { host, group, runtime, commonLevel, seedKeyHash, logger } = this.#options;
    if (this.#raising || this.#seeding || runtime.nowMs() < this.#nextRaiseMs || !this.#leads()) return;
    this.#nextRaiseMs = runtime.nowMs() + RAISE_EVERY_MS;
    const machine = host.replica(group)?.machine;
    const level = commonLevel();
    if (machine === undefined || (seedKeyHash !== null && machine.lastStamp() === null) || level === null || level <= machine.level())
      return;
    this.#raising = true;
    this.#propose({ type: 'raise-level', level }, (outcome) => {
      this.#raising = false;
      if (outcome.kind === 'applied') logger('info', 'level-raised', { group, level });
    });
  }

  /** Removes a bounded number of rows at a time, again at once while there was that much to remove. */
  #expire(): void {
    const { retention, runtime } = this.#options;
    const now = runtime.wallMs();
    const body: CommandBody = {
      type: 'expire',
      revisionsPerKey: retention.revisionsPerKey,
      revisionsBeforeMs: Math.max(0, now - retention.revisionsMs),
      auditBeforeMs: Math.max(0, now - retention.auditMs),
      idempotencyBeforeMs: Math.max(0, now - IDEMPOTENCY_MS),
      idempotencyKeep: IDEMPOTENCY_KEEP,
      rowsMax: EXPIRE_ROWS_MAX,
    };
    this.#propose(body, (outcome) => {
      const more = outcome.kind === 'applied' && outcome.applied.result?.kind === 'done' && outcome.applied.result.more === true;
      if (more && this.#leads()) return this.#expire();
      this.#expiring = false;
      if (outcome.kind === 'applied') this.#expiredAt = { index: outcome.applied.position.index, ms: runtime.nowMs() };
      this.#nextExpireMs = runtime.nowMs() + EXPIRE_EVERY_MS;
    });
  }

  #propose(body: CommandBody, settle: (outcome: ProposeOutcome) => void): void {
    const { host, group, runtime } = this.#options;
    const bytes = encodeCommand({
      level: host.replica(group)?.machine.level() ?? 1,
      actor: { keyId: 'system', name: 'system' },
      requestId: `system-${body.type}`,
      idempotency: null,
      body,
    });
    host.propose(group, { bytes, deadlineMs: runtime.nowMs() + PROPOSE_MS, forward: 'never', frees: true, forwarded: true, settle });
  }
}
