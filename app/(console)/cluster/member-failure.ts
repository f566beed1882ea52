import { membersText } from '../../../components/catalogue/members.ts';
import { outcomeOf } from '../../_client/use-save.ts';

/** Longer than an election, and than the round that a change of the members takes. */
export const MEMBERS_MS = 20_000;

export interface MemberFailure {
  /** It may have taken place all the same. */
  readonly unknown: boolean;
  readonly title: string;
  readonly body: string;
}

/** What to say of a change of the members that did not come back with yes. */
export function memberFailure(error: Error): MemberFailure {
  const unknown = outcomeOf(error).kind === 'unknown';
  return unknown
    ? { unknown, title: membersText.unknownTitle, body: membersText.unknown }
    : { unknown, title: membersText.failed, body: `${error.message.charAt(0).toUpperCase()}${error.message.slice(1).replace(/\.$/, '')}.` };
}
