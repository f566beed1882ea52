/** What is new about a cluster that goes on from an old state: ids and terms that nothing before it has used. */
import { randomBytes, randomInt } from 'node:crypto';
import { join } from 'node:path';
import type { LogPosition } from '../../../lib/contract/model.ts';
import { writeIdentity } from '../../disk/identity-file.ts';
import { FileLogStore } from '../../log/file-log-store.ts';
import { GROUP_DEFAULT, type NodeIdentity } from '../../replica/identity.ts';
import { appendDurably } from '../../replica/open-group.ts';
import type { MemberInfo } from '../../state/member-info.ts';

/** No cluster has so many elections between a backup and its loss: terms of the old lineage stay below. */
const TERM_RAISE = 2 ** 20;
/** Two restores of one backup have different terms, but for one chance in a thousand million. */
const TERM_CHANCE = 2 ** 30;

/** A term above every one of the old lineage, and unlike that of any other restore (spec 3, section 2). */
export function raisedTerm(term: number): number {
  return term + TERM_RAISE + randomInt(TERM_CHANCE);
}

/** 8 lower-case hexadecimal digits that are none of `known`. */
export function drawLineage(known: readonly string[]): string {
  for (;;) {
    const id = randomBytes(4).toString('hex');
    if (!known.includes(id)) return id;
  }
}

/** A member that was never there before. */
export function drawMember(name: string, peer: string, url: string): MemberInfo {
  const incarnation = randomBytes(4).toString('hex');
  return { id: `${name}@${incarnation}`, name, incarnation, peer, url };
}

export interface GroupStart {
  readonly group: string;
  /** What the state has applied. */
  readonly fork: LogPosition;
  /** The first election is of a later term. */
  readonly term: number;
}

/** Writes the log that begins at the forks, as if a snapshot had been installed there, durably. */
export async function writeLog(dir: string, groups: readonly GroupStart[], member: MemberInfo): Promise<void> {
  const log = FileLogStore.open(dir);
  try {
    const confState = { voters: [member.id], learners: [], votersOutgoing: [], learnersNext: [], autoLeave: false };
    for (const { group, fork, term } of groups) {
      await appendDurably(log, { group, hardState: { term, vote: null, commit: fork.index }, snapshot: { ...fork, confState } });
    }
  } finally {
    log.close();
  }
}

export function writeNewIdentity(
  dir: string,
  of: { readonly clusterId: string; readonly clusterName: string; readonly lineageId: string },
  member: MemberInfo,
  groups: readonly string[],
): void {
  const identity: NodeIdentity = {
    nodeId: member.name,
    stage: 'formed',
    clusterId: of.clusterId,
    clusterName: of.clusterName,
    lineageId: of.lineageId,
    incarnation: member.incarnation,
    began: true,
    begun: groups.filter((group) => group !== GROUP_DEFAULT),
    members: [member],
  };
  writeIdentity(dir, identity);
}

/** Where the states of a data directory, or of one in the making, are. */
export function stateDirOf(dir: string): string {
  return join(dir, 'state');
}
