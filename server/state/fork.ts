/**
 * The beginning of a new lineage (spec 1, section 1): what a restored or recovered cluster starts from. The state keeps
 * everything up to its applied index, remembers that its lineage ends there, and belongs to one member of a new cluster.
 */
import { and, desc, eq, gte, lt } from 'drizzle-orm';
import type { LogPosition } from '../../lib/contract/model.ts';
import { assert, must } from '../../lib/kernel/assert.ts';
import { formatClock } from '../clock/hlc.ts';
import { type Connection, connectWriter } from './database.ts';
import { migrate } from './ddl.ts';
import { withNamedErrors } from './errors.ts';
import { readApplied, readCluster } from './genesis.ts';
import { AUDIT_ORDINALS, audit, cluster, lineages, meta } from './schema.ts';
import type { MemberInfo } from './member-info.ts';

export interface Fork {
  /** 8 lower-case hexadecimal digits, of no lineage before. */
  readonly lineageId: string;
  /** The only member, and voter, of the new cluster. */
  readonly member: MemberInfo;
  /** For the audit: what happened, in words. */
  readonly message: string;
}

/**
 * Forks the state in a file that nobody has open. Durable with the next checkpoint.
 * @returns the fork: the last position that both lineages share
 */
export function forkState(path: string, fork: Fork): LogPosition {
  return withNamedErrors('write', () => {
    const connection = connectWriter(path);
    try {
      migrate(connection.sqlite);
      return connection.sqlite.transaction(() => writeFork(connection, fork))();
    } finally {
      connection.sqlite.close();
    }
  });
}

function writeFork(connection: Connection, { lineageId, member, message }: Fork): LogPosition {
  const { db } = connection;
  const applied = readApplied(connection);
  const { identity } = readCluster(connection);
  assert(!identity.lineages.some(({ id }) => id === lineageId), () => `the lineage ${lineageId} was there before`);
  const seq = identity.lineages.length - 1;
  assert(identity.lineages[seq]?.forkIndex === null, 'the current lineage has no fork');
  db.update(lineages).set({ forkIndex: applied.index }).where(eq(lineages.seq, seq)).run();
  db.insert(lineages)
    .values({ seq: seq + 1, lineageId, forkIndex: null })
    .run();
  const confState = { voters: [member.id], learners: [], votersOutgoing: [], learnersNext: [], autoLeave: false };
  db.update(cluster)
    .set({ confState: JSON.stringify(confState), members: JSON.stringify([member]) })
    .run();
  writeAudit(connection, applied, message);
  return applied;
}

/** An event at the fork itself, after those of the entry there; both lineages agree on everything before it. */
function writeAudit({ db }: Connection, { term, index }: LogPosition, message: string): void {
  const from = index * AUDIT_ORDINALS;
  const last = db
    .select({ id: audit.id })
    .from(audit)
    .where(and(gte(audit.id, from), lt(audit.id, from + AUDIT_ORDINALS)))
    .orderBy(desc(audit.id))
    .limit(1)
    .get();
  const id = last === undefined ? from : last.id + 1;
  // An entry of 256 events leaves no room; the lineages themselves tell as much.
  if (id >= from + AUDIT_ORDINALS) return;
  const { stampMs, stampCounter, stampNode } = must(db.select().from(meta).get(), 'a state has its meta row');
  db.insert(audit)
    .values({
      id,
      term,
      hlc: formatClock({ ms: stampMs ?? 0, counter: stampCounter ?? 0 }, stampNode ?? 'none'),
      action: 'cluster.restored',
      actor: 'system',
      message,
      requestId: '',
    })
    .run();
}
