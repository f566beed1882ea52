/** The first state of a group: identity and configuration, no content. */
import { asc } from 'drizzle-orm';
import type { LogPosition } from '../../lib/contract/model.ts';
import { must } from '../../lib/kernel/assert.ts';
import type { ConfState } from '../raft/types.ts';
import type { Connection } from './database.ts';
import { createTables } from './ddl.ts';
import { cluster, lineages, meta, terms } from './schema.ts';
import type { MemberInfo } from './member-info.ts';
import type { StateIdentity } from './types.ts';

/** What a new state is created from. */
export interface Genesis {
  readonly identity: StateIdentity;
  readonly confState: ConfState;
  readonly members: readonly MemberInfo[];
  /** Where the log of the group begins; 0:0 unless told otherwise. */
  readonly position?: LogPosition | undefined;
  /** Command level of the cluster; 1 unless told otherwise. */
  readonly level?: number | undefined;
}

/** Creates tables and first rows in one transaction: after a crash the file is blank or complete. */
export function writeGenesis(connection: Connection, genesis: Genesis): void {
  const { sqlite, db } = connection;
  const { term, index } = genesis.position ?? { term: 0, index: 0 };
  sqlite.transaction(() => {
    createTables(sqlite);
    if (term > 0) db.insert(terms).values({ term, firstIndex: index }).run();
    db.insert(meta)
      .values({
        id: 1,
        appliedTerm: term,
        appliedIndex: index,
        level: genesis.level ?? 1,
        auditFloorIndex: 0,
        historyFloorIndex: 0,
        expiredRevisionId: 0,
        ownershipIndex: 0,
      })
      .run();
    db.insert(cluster)
      .values({
        id: 1,
        groupId: genesis.identity.group,
        clusterId: genesis.identity.clusterId,
        confState: JSON.stringify(genesis.confState),
        members: JSON.stringify(genesis.members),
      })
      .run();
    for (const [seq, lineage] of genesis.identity.lineages.entries()) {
      db.insert(lineages).values({ seq, lineageId: lineage.id, forkIndex: lineage.forkIndex }).run();
    }
  })();
}

/** What the two rows about the group itself say. */
export interface ClusterRecord {
  readonly identity: StateIdentity;
  readonly confState: ConfState;
  readonly members: readonly MemberInfo[];
}

export function readCluster({ db }: Connection): ClusterRecord {
  const row = must(db.select().from(cluster).get(), 'a state has its cluster row');
  const ancestry = db.select().from(lineages).orderBy(asc(lineages.seq)).all();
  return {
    identity: {
      group: row.groupId,
      clusterId: row.clusterId,
      lineages: ancestry.map((lineage) => ({ id: lineage.lineageId, forkIndex: lineage.forkIndex })),
    },
    confState: JSON.parse(row.confState) as ConfState,
    members: JSON.parse(row.members) as readonly MemberInfo[],
  };
}

export function readApplied({ db }: Connection): LogPosition {
  const row = must(db.select({ term: meta.appliedTerm, index: meta.appliedIndex }).from(meta).get(), 'a state has its meta row');
  return row;
}
