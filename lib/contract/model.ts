/**
 * The nouns of Confman as they cross every border: REST, console, CLI, state machine.
 * Types only; the zod schemas in `schemas/` are checked against them.
 */

export const ENTRY_TYPES = ['text', 'json', 'yaml', 'number', 'boolean'] as const;
/** What an entry's value claims to be; the value itself is always a string. */
export type EntryType = (typeof ENTRY_TYPES)[number];

export const ROLES = ['viewer', 'editor', 'admin'] as const;
/** `viewer` reads, `editor` also writes entries, `admin` does everything. */
export type Role = (typeof ROLES)[number];

export const CONSISTENCY_MODES = ['eventual', 'read-your-writes', 'linearizable'] as const;
export type ConsistencyMode = (typeof CONSISTENCY_MODES)[number];

/** A position of one group's log. Identity by term, order by index (spec 1, section 1). */
export interface LogPosition {
  readonly term: number;
  readonly index: number;
}

/** A namespace as clients see it. `version` is the token of its last change, `term:index` with its group where that is not `default`. */
export interface Namespace {
  readonly namespace: string;
  readonly description: string;
  readonly owner: string;
  /** RFC 3339 UTC with milliseconds, as all times. */
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly version: string;
  /** How many entries it holds now. */
  readonly entries: number;
}

export interface Entry {
  readonly namespace: string;
  readonly key: string;
  /** Absent only in lists asked with `values=false`. */
  readonly value?: string | undefined;
  readonly type: EntryType;
  /** Counts the changes of this key from 1; never restarts, not even after a delete. */
  readonly revision: number;
  readonly version: string;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly updatedBy: string;
  readonly message: string;
}

/** One kept revision of a key. A deletion is a revision too, without a value. */
export interface Revision {
  readonly namespace: string;
  readonly key: string;
  readonly revision: number;
  readonly value: string | null;
  readonly type: EntryType;
  readonly version: string;
  readonly author: string;
  readonly message: string;
  readonly time: string;
  readonly deleted: boolean;
}

export const AUDIT_ACTIONS = [
  'namespace.created',
  'namespace.updated',
  'namespace.deleted',
  'config.created',
  'config.updated',
  'config.deleted',
  'config.restored',
  'key.created',
  'key.revoked',
  'member.added',
  'member.removed',
  'member.promoted',
  'cluster.formed',
  'cluster.restored',
  'cluster.level-raised',
  'retention.applied',
  'group.created',
  'group.retired',
  'group.removed',
  'routes.changed',
  'move.completed',
  'move.voided',
  'move.abort-requested',
  'range.fenced',
  'range.unfenced',
  'range.taken',
  'range.refused',
] as const;
export type AuditAction = (typeof AUDIT_ACTIONS)[number];

export interface AuditEvent {
  /** Unique, and equal on all replicas: `group:index:ordinal`. */
  readonly id: string;
  readonly hlc: string;
  readonly group: string;
  readonly version: string;
  readonly action: AuditAction;
  readonly actor: string;
  readonly namespace: string | null;
  readonly key: string | null;
  readonly oldRevision: number | null;
  readonly newRevision: number | null;
  readonly message: string;
  readonly requestId: string;
  readonly time: string;
}

/** An API key without its secret. `scope`: namespace prefixes that it is limited to, or null for all. */
export interface ApiKey {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  readonly scope: readonly string[] | null;
  readonly createdAt: string;
  readonly createdBy: string;
  readonly expiresAt: string | null;
  readonly lastUsedAt: string | null;
  readonly revokedAt: string | null;
}
