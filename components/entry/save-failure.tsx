import type { ReactElement, ReactNode } from 'react';
import type { EntryType, Role } from '../../lib/contract/model.ts';
import { entryText } from '../catalogue/entry.ts';
import { text } from '../catalogue.ts';
import { Button } from '../ui/button.tsx';
import { Notice } from '../ui/notice.tsx';
import type { SaveOutcome } from './save-outcome.ts';
import { canRetry } from './save-outcome.ts';

export interface SaveFailureProps {
  readonly outcome: Extract<SaveOutcome, { kind: 'refused' | 'unknown' }>;
  readonly type: EntryType;
  readonly role: Role;
  readonly onRetry: () => void;
}

/** A save that did not go through, or may have: what happened, and what helps. */
export function SaveFailure({ outcome, type, role, onRetry }: SaveFailureProps): ReactElement {
  const { title, body } =
    outcome.kind === 'unknown' ? { title: entryText.failure.unknownTitle, body: entryText.failure.unknown } : refusal(outcome, type, role);
  return (
    <Notice
      look={outcome.kind === 'unknown' ? 'warn' : 'bad'}
      live="assertive"
      title={title}
      actions={
        canRetry(outcome) ? (
          <Button size="sm" onClick={onRetry}>
            {outcome.kind === 'unknown' ? entryText.failure.askAgain : text.tryAgain}
          </Button>
        ) : undefined
      }
    >
      {body}
    </Notice>
  );
}

function refusal(
  { code, message, problem }: Extract<SaveOutcome, { kind: 'refused' }>,
  type: EntryType,
  role: Role,
): { readonly title: string; readonly body: ReactNode } {
  switch (code) {
    case 'no-leader':
      return { title: entryText.failure.noLeaderTitle, body: entryText.failure.noLeader };
    case 'forbidden':
      return { title: entryText.failure.forbiddenTitle, body: `${entryText.failure.forbidden(text.account.roles[role])} ${message}` };
    case 'invalid-value': {
      const faults = problem?.errors ?? [];
      return {
        title: entryText.failure.invalidTitle(text.types[type]),
        body:
          faults.length === 0
            ? message
            : faults.map(({ line, detail }) => (line === undefined ? detail : entryText.entry.firstProblem(line, detail))).join(' '),
      };
    }
    case 'value-too-large':
    case 'body-too-large':
      return { title: entryText.failure.tooLargeTitle, body: message };
    case 'storage-full':
      return { title: entryText.failure.fullTitle, body: entryText.failure.full };
    default:
      return { title: text.failure.otherTitle, body: message };
  }
}
