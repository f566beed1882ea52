import type { ReactElement, ReactNode } from 'react';
import { Mark } from '../shell/mark.tsx';

export interface EmptyStateProps {
  readonly title: string;
  readonly lead: string;
  /** `h1` where the page has no other heading. */
  readonly heading?: 'h1' | 'h2' | undefined;
  readonly children?: ReactNode;
}

/** Nothing here yet, and what to do next. */
export function EmptyState({ title, lead, heading: Heading = 'h2', children }: EmptyStateProps): ReactElement {
  return (
    <div className="flex flex-1 items-center justify-center p-6">
      <div className="flex max-w-md flex-col items-center text-center">
        <Mark className="mb-4 size-10 opacity-60" />
        <Heading className="text-lg font-semibold">{title}</Heading>
        <p className="mb-4 text-ink-soft">{lead}</p>
        {children}
      </div>
    </div>
  );
}
