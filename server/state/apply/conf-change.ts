/** A configuration change has taken effect: the state remembers configuration and members, and tells who came and went. */
import { DEFAULT_GROUP } from '../../../lib/contract/token.ts';
import { assert } from '../../../lib/kernel/assert.ts';
import type { ConfState } from '../../raft/types.ts';
import type { MemberInfo } from '../member-info.ts';
import type { ApplyInput } from '../types.ts';
import type { ApplyContext } from './context.ts';

function byId(members: readonly MemberInfo[]): readonly MemberInfo[] {
  return members.toSorted((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
}

function memberLabel(member: MemberInfo): string {
  return `${member.id} (${member.peer}, ${member.url})`;
}

/**
 * @param members before the change
 * @param confBefore the configuration before the change
 * @returns the members after it
 */
export function applyConfChange(
  context: ApplyContext,
  input: ApplyInput,
  members: readonly MemberInfo[],
  confBefore: ConfState,
): readonly MemberInfo[] {
  const { confState } = input;
  assert(confState !== undefined, `the configuration change at ${input.entry.index} comes without the configuration it led to`);
  const after = byId(input.members ?? members);
  context.statements.updateCluster.run({ confState: JSON.stringify(confState), members: JSON.stringify(after) });
  // The other groups follow the members of this one: told by each of them, one change would look like many.
  if (context.group !== DEFAULT_GROUP) return after;
  const before = byId(members);
  for (const member of after) {
    if (!before.some((one) => one.id === member.id)) context.audit({ action: 'member.added', message: memberLabel(member) });
  }
  for (const member of before) {
    if (!after.some((one) => one.id === member.id)) context.audit({ action: 'member.removed', message: memberLabel(member) });
  }
  for (const member of after) {
    if (confBefore.learners.includes(member.id) && confState.voters.includes(member.id))
      context.audit({ action: 'member.promoted', message: memberLabel(member) });
  }
  return after;
}
