import type { ConfState } from '../raft/types.ts';
import type { MemberInfo } from '../state/types.ts';

/** The members that a configuration change brings, from its opaque `context`. @throws SyntaxError when the bytes are no member list: the entry was proposed by nothing we know */
export function decodeMembers(context: Uint8Array): readonly MemberInfo[] {
  if (context.byteLength === 0) return [];
  const parsed: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(context));
  if (!Array.isArray(parsed)) throw new SyntaxError('a configuration change carries no member list');
  return parsed as readonly MemberInfo[];
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
