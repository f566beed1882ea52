import { RotateCw } from 'lucide-react';
import type { ReactElement } from 'react';
import { signInText } from '../catalogue/sign-in.ts';
import { text } from '../catalogue.ts';
import { paths } from '../paths.ts';
import { Button, buttonStyle } from '../ui/button.tsx';
import { Notice } from '../ui/notice.tsx';

export interface ReadFailureProps {
  readonly code: string;
  readonly message: string;
  readonly requestId: string | null;
  readonly onRetry: () => void;
}

/** A read that failed: what happened, how to find it in the logs, and another try. */
export function ReadFailure({ code, message, requestId, onRetry }: ReadFailureProps): ReactElement {
  if (code === 'unauthenticated') {
    return (
      <Notice
        look="warn"
        live="assertive"
        title={signInText.expiredTitle}
        actions={
          <a href={paths.signIn(location.pathname + location.search)} className={buttonStyle({ size: 'sm' })}>
            {signInText.submit}
          </a>
        }
      >
        {signInText.expiredLead}
      </Notice>
    );
  }
  const unreachable = code === 'unreachable' || code === 'deadline';
  return (
    <Notice
      look="bad"
      live="assertive"
      title={unreachable ? text.failure.unreachableTitle : text.failure.otherTitle}
      actions={
        <Button size="sm" onClick={onRetry}>
          <RotateCw aria-hidden />
          {text.tryAgain}
        </Button>
      }
    >
      {unreachable ? text.failure.unreachableRead : message}
      {requestId === null || requestId === '' ? null : (
        <span className="mt-0.5 block font-mono text-xs">{text.failure.requestId(requestId)}</span>
      )}
    </Notice>
  );
}
