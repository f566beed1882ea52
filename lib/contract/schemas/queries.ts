/** Query strings, as strings: what each parameter may say. The server coerces after checking; clients build from the same names. */
import { z } from 'zod';
import { AUDIT_ACTIONS } from '../model.ts';
import { LIST_LIMIT_DEFAULT, LIST_LIMIT_MAX } from './common.ts';

const LIMIT = /^[1-9][0-9]{0,3}$/;

/** `limit`: 1 to 1000; the default is 100. */
export const Limit = z
  .string()
  .refine((text) => LIMIT.test(text) && Number(text) <= LIST_LIMIT_MAX, { error: `it must be a number from 1 to ${LIST_LIMIT_MAX}` })
  .meta({ description: `1 to ${LIST_LIMIT_MAX}, ${LIST_LIMIT_DEFAULT} by default`, pattern: LIMIT.source });

export const Cursor = z.string().min(1, 'it may not be empty').max(8000).meta({ description: '`nextCursor` of the page before' });

export const Flag = z.enum(['true', 'false'], { error: 'it must be true or false' });

const clean = (text: string): boolean => !/\p{Cc}|\p{Cs}/u.test(text);

/** Start of a namespace or key. Any start is allowed, so only what no name can have is refused. */
export const Prefix = z
  .string()
  .max(600)
  .refine(clean, { error: 'it may not have control characters' })
  .meta({ description: 'Only names that start with this' });

export const SearchText = z
  .string()
  .max(500)
  .refine(clean, { error: 'it may not have control characters' })
  .meta({ description: 'Text to find, without regard to case' });

export const SearchIn = z
  .string()
  .refine((text) => /^(?:key|value|key,value|value,key)$/.test(text), { error: 'it must be key, value, or key,value' })
  .meta({ description: 'Where to look, `key,value` by default' });

export const InstantText = z.iso.datetime({ offset: true, error: 'it must be an RFC 3339 time, for example 2026-03-01T12:00:00.000Z' });

export const AuditActionText = z.enum(AUDIT_ACTIONS);

export const TOPICS = ['cluster', 'changes', 'audit', 'moves'] as const;
export type Topic = (typeof TOPICS)[number];

export const Topics = z
  .string()
  .refine((text) => text.split(',').every((topic) => (TOPICS as readonly string[]).includes(topic)), {
    error: `it must be a list of ${TOPICS.join(', ')}`,
  })
  .meta({ description: 'Comma-separated', examples: ['cluster,changes'] });

export const RevisionText = z.string().refine((text) => /^[1-9][0-9]{0,14}$/.test(text), { error: 'it must be a revision number from 1' });

const listQuery = { limit: Limit.optional(), cursor: Cursor.optional() };

export const ListNamespacesQuery = z.strictObject({ ...listQuery, prefix: Prefix.optional() });
export type ListNamespacesQuery = z.infer<typeof ListNamespacesQuery>;

export const ListEntriesQuery = z.strictObject({ ...listQuery, prefix: Prefix.optional(), values: Flag.optional() });
export type ListEntriesQuery = z.infer<typeof ListEntriesQuery>;

export const SearchQuery = z.strictObject({
  ...listQuery,
  prefix: Prefix.optional(),
  search: SearchText.optional(),
  in: SearchIn.optional(),
  values: Flag.optional(),
});
export type SearchQuery = z.infer<typeof SearchQuery>;

export const ListDeletedQuery = z.strictObject({ ...listQuery, prefix: Prefix.optional() });
export type ListDeletedQuery = z.infer<typeof ListDeletedQuery>;

export const GetEntryQuery = z.strictObject({ revision: RevisionText.optional() });
export type GetEntryQuery = z.infer<typeof GetEntryQuery>;

export const PutEntryQuery = z.strictObject({ dryRun: Flag.optional() });
export type PutEntryQuery = z.infer<typeof PutEntryQuery>;

export const HistoryQuery = z.strictObject(listQuery);
export type HistoryQuery = z.infer<typeof HistoryQuery>;

export const AuditQuery = z.strictObject({
  ...listQuery,
  namespace: z.string().max(600).optional(),
  key: z.string().max(600).optional(),
  actor: z.string().max(200).optional(),
  action: AuditActionText.optional(),
  from: InstantText.optional(),
  to: InstantText.optional(),
  search: SearchText.optional(),
});
export type AuditQuery = z.infer<typeof AuditQuery>;

export const WatchQuery = z.strictObject({
  namespace: z.string().max(600).optional(),
  prefix: Prefix.optional(),
  since: z.string().optional(),
  values: Flag.optional(),
});
export type WatchQuery = z.infer<typeof WatchQuery>;

export const JournalQuery = z.strictObject({
  index: z
    .string()
    .refine((text) => /^[1-9][0-9]{0,14}$/.test(text), { error: 'it must be an index from 1' })
    .meta({ description: 'Tell the steps of this entry too' })
    .optional(),
});
export type JournalQuery = z.infer<typeof JournalQuery>;

export const EventsQuery = z.strictObject({ topics: Topics.optional() });
export type EventsQuery = z.infer<typeof EventsQuery>;
