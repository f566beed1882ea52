/**
 * Levels between nodes of different versions (spec 3, section 1). A node tells in every handshake what its program knows; the
 * leader raises the level of the cluster by a log entry once all members know more; a node whose program knows less than the
 * level that the cluster has is refused, and ends.
 */
import type { Hello, PeerState, PeerTransport } from '../peers/types.ts';
import { COMMAND_LEVEL_MAX } from '../state/levels.ts';
import type { MemberInfo } from '../state/member-info.ts';

/** This program may not take part any more; the message says what to do. */
export class ProgramTooOldError extends Error {
  override readonly name = 'ProgramTooOldError';
}

/** The lowest level that this program still speaks. */
const LEVEL_MIN = 1;

/** What to say in a handshake: a cluster that has risen takes no program that would not understand its next entry. */
export function spokenLevels(clusterLevel: number | null): Pick<Hello, 'levelMin' | 'levelMax'> {
  return { levelMin: Math.max(LEVEL_MIN, clusterLevel ?? LEVEL_MIN), levelMax: COMMAND_LEVEL_MAX };
}

/**
 * The level that all members know.
 *
 * @returns null while a member is away: nobody knows what program it will come back with
 */
export function commonToMembers(self: string, members: readonly MemberInfo[], transport: Pick<PeerTransport, 'state'>): number | null {
  let level = COMMAND_LEVEL_MAX;
  for (const { name } of members) {
    if (name === self) continue;
    const peer = transport.state(name);
    if (peer === null || !peer.connected || peer.hello === null) return null;
    level = Math.min(level, peer.hello.levelMax);
  }
  return level;
}

/**
 * Why this program is too old for its cluster, by the word of a peer that has proved to be of it; null when it is not. The
 * level of a cluster never falls, so one such word is enough.
 */
export function tooOld(own: Pick<Hello, 'clusterId' | 'lineageId'>, refused: PeerState['refused']): string | null {
  const { reason, hello = null } = refused ?? {};
  if (reason !== 'level' || hello === null || hello.levelMin <= COMMAND_LEVEL_MAX) return null;
  if (hello.clusterId === null || hello.clusterId !== own.clusterId || hello.lineageId !== own.lineageId) return null;
  return (
    `the cluster has risen to level ${hello.levelMin}, as ${hello.name} says (version ${hello.buildVersion}); ` +
    `this program knows levels up to ${COMMAND_LEVEL_MAX}: start a newer version of Confman on this data`
  );
}
