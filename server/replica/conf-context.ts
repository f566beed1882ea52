import type { ConfState } from '../raft/types.ts';
import type { MemberInfo } from '../state/member-info.ts';
import type { Actor, Stamp } from '../state/types.ts';

/** Who has asked for a change of the members. */
export interface ChangeAuthor {
  readonly actor: Actor;
  readonly requestId: string;
}

/** What a configuration change carries beside the ids: opaque to the core, the same for every replica. */
export interface ConfContext {
  /** Members that it brings, or of which it says something new. */
  readonly members: readonly MemberInfo[];
  /** Null: the leader has done it by itself. */
  readonly by: ChangeAuthor | null;
  /** Set by the leader just before it proposed. */
  readonly stamp: Stamp | null;
}

const NOTHING: ConfContext = { members: [], by: null, stamp: null };

export function encodeConfContext(context: ConfContext): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(context));
}

/** @throws SyntaxError when the bytes are no such context: the entry was proposed by nothing we know */
export function decodeConfContext(bytes: Uint8Array): ConfContext {
  if (bytes.byteLength === 0) return NOTHING;
  const parsed: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  if (typeof parsed !== 'object' || parsed === null || !('members' in parsed) || !Array.isArray(parsed.members))
    throw new SyntaxError('a configuration change carries no member list');
  return parsed as ConfContext;
}

/** Everybody who has a part in the configuration, joint halves included; sorted. */
export function memberIds(conf: ConfState): readonly string[] {
  return [...new Set([...conf.voters, ...conf.learners, ...conf.votersOutgoing, ...conf.learnersNext])].toSorted();
}

/** Members after a change: those known before and those it brought, as far as the configuration still names them. */
export function membersAfter(before: readonly MemberInfo[], brought: readonly MemberInfo[], conf: ConfState): readonly MemberInfo[] {
  const byId = new Map<string, MemberInfo>();
  for (const member of [...before, ...brought]) byId.set(member.id, member);
  return memberIds(conf).flatMap((id) => byId.get(id) ?? []);
}

/** `name@incarnation`, unique for all time. */
export function peerId(name: string, incarnation: string): string {
  return `${name}@${incarnation}`;
}

export function nameOfPeer(id: string): string {
  const at = id.indexOf('@');
  return at < 0 ? id : id.slice(0, at);
}
