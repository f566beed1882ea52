/** Namespaces, entries, revisions, batches: what people keep in Confman. */
import { z } from 'zod';
import type * as model from '../model.ts';
import {
  BATCH_OPERATIONS_MAX,
  Description,
  EntryType,
  KeyName,
  Message,
  NamespaceName,
  Owner,
  Time,
  Value,
  Version,
  pageOf,
} from './common.ts';

export const Namespace = z
  .object({
    namespace: NamespaceName,
    description: z.string(),
    owner: z.string(),
    createdAt: Time,
    updatedAt: Time,
    version: Version,
    entries: z.int().min(0),
  })
  .meta({ id: 'Namespace' }) satisfies z.ZodType<model.Namespace>;
export type Namespace = model.Namespace;

export const NamespaceList = pageOf(Namespace).meta({ id: 'NamespaceList' });
export type NamespaceList = { readonly items: readonly Namespace[]; readonly nextCursor: string | null };

export const PutNamespaceRequest = z
  .strictObject({ description: Description.optional(), owner: Owner.optional() })
  .meta({ id: 'PutNamespaceRequest' });
export type PutNamespaceRequest = z.infer<typeof PutNamespaceRequest>;

export const DeleteNamespaceAnswer = z
  .object({ version: Version, namespace: NamespaceName, entriesDeleted: z.int().min(0) })
  .meta({ id: 'DeleteNamespaceAnswer' });
export type DeleteNamespaceAnswer = z.infer<typeof DeleteNamespaceAnswer>;

const entryFields = {
  namespace: NamespaceName,
  key: KeyName,
  type: EntryType,
  revision: z.int().min(1),
  version: Version,
  createdAt: Time,
  updatedAt: Time,
  updatedBy: z.string(),
  message: z.string(),
};

export const Entry = z
  .object({ ...entryFields, value: z.string().optional().meta({ description: 'Left out where the list was asked with values=false' }) })
  .meta({ id: 'Entry' }) satisfies z.ZodType<model.Entry>;
export type Entry = model.Entry;

export const EntryList = pageOf(Entry).meta({ id: 'EntryList' });
export type EntryList = { readonly items: readonly Entry[]; readonly nextCursor: string | null };

export const PutEntryRequest = z
  .strictObject({ value: Value, type: EntryType.optional(), message: Message.optional() })
  .meta({ id: 'PutEntryRequest' });
export type PutEntryRequest = z.infer<typeof PutEntryRequest>;

/** A PUT or a restore: the entry as it stands after it, without the value, and what it replaced. */
export const WriteAnswer = z
  .object({ ...entryFields, created: z.boolean(), previousRevision: z.int().nullable(), namespaceCreated: z.boolean() })
  .meta({ id: 'WriteAnswer' });
export type WriteAnswer = z.infer<typeof WriteAnswer>;

/** What a PUT would do, judged against the state that this answer was read from. */
export const DryRunAnswer = z
  .object({
    dryRun: z.literal(true),
    namespace: NamespaceName,
    key: KeyName,
    type: EntryType,
    created: z.boolean(),
    previousRevision: z.int().nullable(),
    namespaceCreated: z.boolean(),
  })
  .meta({ id: 'DryRunAnswer' });
export type DryRunAnswer = z.infer<typeof DryRunAnswer>;

export const DeleteEntryAnswer = z
  .object({ version: Version, namespace: NamespaceName, key: KeyName, revision: z.int().min(1), previousRevision: z.int().min(1) })
  .meta({ id: 'DeleteEntryAnswer' });
export type DeleteEntryAnswer = z.infer<typeof DeleteEntryAnswer>;

export const Revision = z
  .object({
    namespace: NamespaceName,
    key: KeyName,
    revision: z.int().min(1),
    value: z.string().nullable().meta({ description: 'null where the key was deleted' }),
    type: EntryType,
    version: Version,
    author: z.string(),
    message: z.string(),
    time: Time,
    deleted: z.boolean(),
  })
  .meta({ id: 'Revision' }) satisfies z.ZodType<model.Revision>;
export type Revision = model.Revision;

export const History = z
  .object({
    items: z.array(Revision),
    nextCursor: z.string().nullable(),
    oldestKept: z.int().nullable().meta({ description: 'The oldest revision that retention has kept' }),
  })
  .meta({ id: 'History' });
export type History = { readonly items: readonly Revision[]; readonly nextCursor: string | null; readonly oldestKept: number | null };

/** Keys that are deleted now, each by the revision that deleted it. */
export const DeletedList = pageOf(Revision).meta({ id: 'DeletedList' });
export type DeletedList = { readonly items: readonly Revision[]; readonly nextCursor: string | null };

export const RestoreRequest = z.strictObject({ revision: z.int().min(1), message: Message.optional() }).meta({ id: 'RestoreRequest' });
export type RestoreRequest = z.infer<typeof RestoreRequest>;

const ifMatch = z.string().optional().meta({ description: 'Version that the key must be at, as If-Match' });
const ifNoneMatch = z.literal('*').optional().meta({ description: '"*": the key must not exist, as If-None-Match' });

export const BatchOperation = z
  .discriminatedUnion('op', [
    z.strictObject({ op: z.literal('put'), key: KeyName, value: Value, type: EntryType.optional(), ifMatch, ifNoneMatch }),
    z.strictObject({ op: z.literal('delete'), key: KeyName, ifMatch }),
  ])
  .meta({ id: 'BatchOperation' });
export type BatchOperation = z.infer<typeof BatchOperation>;

export const BatchRequest = z
  .strictObject({
    operations: z
      .array(BatchOperation)
      .min(1, 'a batch has at least one operation')
      .max(BATCH_OPERATIONS_MAX, `a batch has at most ${BATCH_OPERATIONS_MAX} operations`),
    message: Message.optional(),
  })
  .meta({ id: 'BatchRequest' });
export type BatchRequest = z.infer<typeof BatchRequest>;

export const BatchChange = z
  .object({
    op: z.enum(['put', 'delete']),
    key: KeyName,
    type: EntryType.nullable(),
    created: z.boolean(),
    revision: z.int(),
    previousRevision: z.int().nullable(),
  })
  .meta({ id: 'BatchChange' });
export type BatchChange = z.infer<typeof BatchChange>;

export const BatchAnswer = z
  .object({ version: Version, namespace: NamespaceName, namespaceCreated: z.boolean(), changes: z.array(BatchChange) })
  .meta({ id: 'BatchAnswer' });
export type BatchAnswer = z.infer<typeof BatchAnswer>;
