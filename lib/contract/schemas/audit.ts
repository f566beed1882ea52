/** Audit events, and what watchers receive. */
import { z } from 'zod';
import { AUDIT_ACTIONS } from '../model.ts';
import type * as model from '../model.ts';
import { EntryType, Time, Version } from './common.ts';

export const AuditEvent = z
  .object({
    id: z.string().meta({ description: 'Unique, and equal on all replicas' }),
    hlc: z.string().meta({ description: 'Hybrid logical clock: sorts as text, across groups too' }),
    group: z.string(),
    version: Version,
    action: z.enum(AUDIT_ACTIONS),
    actor: z.string(),
    namespace: z.string().nullable(),
    key: z.string().nullable(),
    oldRevision: z.int().nullable(),
    newRevision: z.int().nullable(),
    message: z.string(),
    requestId: z.string(),
    time: Time,
  })
  .meta({ id: 'AuditEvent' }) satisfies z.ZodType<model.AuditEvent>;
export type AuditEvent = model.AuditEvent;

export const AuditList = z
  .object({
    items: z.array(AuditEvent),
    nextCursor: z.string().nullable(),
    oldestKept: Time.nullable().meta({ description: 'Time of the oldest event that retention has kept' }),
  })
  .meta({ id: 'AuditList' });
export type AuditList = { readonly items: readonly AuditEvent[]; readonly nextCursor: string | null; readonly oldestKept: string | null };

export const WatchChange = z
  .object({
    op: z.enum(['put', 'delete', 'delete-namespace']),
    namespace: z.string(),
    key: z.string().nullable(),
    type: EntryType.nullable(),
    value: z.string().nullable().optional().meta({ description: 'Only where the watch was asked with values=true' }),
    revision: z.int().nullable(),
    previousRevision: z.int().nullable(),
    count: z.int().optional().meta({ description: 'delete-namespace: how many entries went with it' }),
  })
  .meta({ id: 'WatchChange' });
export type WatchChange = z.infer<typeof WatchChange>;

/** Data of the event `change`: everything that one applied command changed. The event's `id` is its full token. */
export const WatchEvent = z
  .object({ version: Version, changes: z.array(WatchChange), actor: z.string(), message: z.string(), hlc: z.string() })
  .meta({ id: 'WatchEvent' });
export type WatchEvent = z.infer<typeof WatchEvent>;

/** Data of the event `bookmark`: everything up to here was looked at. */
export const WatchBookmark = z.object({ version: Version }).meta({ id: 'WatchBookmark' });
export type WatchBookmark = z.infer<typeof WatchBookmark>;

/** Data of the event `compacted`, the last of its stream: history reaches back to `oldest` only. List again, then watch from there. */
export const WatchCompacted = z.object({ oldest: Version, token: z.string() }).meta({ id: 'WatchCompacted' });
export type WatchCompacted = z.infer<typeof WatchCompacted>;
