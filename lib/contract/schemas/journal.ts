/** What one replica remembers of its recent past (`GET /cluster/groups/{group}/journal`). In memory: a restart begins anew. */
import { z } from 'zod';

const index = z.int().min(0);
/** Durations instead of times: they are true whatever the node's clock says. */
const agoMs = z.number().min(0).nullable();

export const JOURNAL_KINDS = ['started', 'role', 'leader', 'configuration', 'snapshot', 'quarantined'] as const;

export const JournalEvent = z
  .object({
    kind: z.enum(JOURNAL_KINDS),
    at: z.string().meta({ description: 'By the clock of the node' }),
    ageMs: z.number().min(0),
    role: z.enum(['leader', 'follower', 'candidate']),
    term: index,
    leader: z.string().nullable(),
    index: index.meta({ description: 'Last applied index of the replica then' }),
    voters: z.array(z.string()),
    learners: z.array(z.string()),
  })
  .meta({ id: 'JournalEvent', description: 'Something that happened to a replica, and where it stood then' });
export type JournalEvent = z.infer<typeof JournalEvent>;

export const EntrySteps = z
  .object({
    index,
    term: index,
    receivedAgoMs: agoMs.meta({ description: 'It was taken into the log: at a leader, proposed' }),
    durableAgoMs: agoMs.meta({ description: 'It was on the disk of this node' }),
    committedAgoMs: agoMs.meta({ description: 'This replica knew that it is committed' }),
    appliedAgoMs: agoMs.meta({ description: 'It was in the state that reads see' }),
  })
  .meta({ id: 'EntrySteps', description: 'How long before this answer an entry went through each step on this replica; null: not yet' });
export type EntrySteps = z.infer<typeof EntrySteps>;

export const ReplicaJournal = z
  .object({
    node: z.string(),
    group: z.string(),
    events: z.array(JournalEvent).meta({ description: 'Oldest first; only the newest are kept' }),
    entry: EntrySteps.nullable().meta({ description: 'For `index`; null: not asked for, or no longer (or not yet) remembered' }),
  })
  .meta({ id: 'ReplicaJournal' });
export type ReplicaJournal = z.infer<typeof ReplicaJournal>;
